"""What voicesim is built of may be built upon."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_no_package_brings_a_licence_that_binds_voicesim_unless_it_was_accepted_with_a_reason() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "audit.py"), "--licences"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    assert "espeakng-loader" in done.stdout
