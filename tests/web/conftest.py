"""A server of its own for each test that wants one, as `voicesim serve` starts it."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "review"))
