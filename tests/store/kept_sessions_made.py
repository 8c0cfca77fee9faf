"""Sessions for the tests: copies of a real one, with other metadata."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from voicesim.session.checksums import with_checksums
from voicesim.session.meta import read_meta, write_meta


def copied(held: Path, sessions: Path, name: str, **changes: Any) -> Path:
    """A copy of a session under another name, its metadata changed."""
    folder = Path(shutil.copytree(held, sessions / name))
    write_meta(folder, with_checksums(folder, read_meta(folder).model_copy(update=changes)))
    return folder


def scored(folder: Path, overall: float | None, **points: float | None) -> None:
    """Another scorecard: this overall, and these points for criteria."""
    path = folder / "scorecard.json"
    card = json.loads(path.read_text(encoding="utf-8"))
    card |= {"overall": overall, "overall_reviewed": overall}
    card["criteria"] = [
        {"id": name, "title": name.title(), "points": value, "value": value, "unit": "%"}
        for name, value in points.items()
    ]
    path.write_text(json.dumps(card), encoding="utf-8")


def everything_in(*places: Path) -> bytes:
    """Every byte in these folders and files, and every name."""
    found = []
    for place in places:
        for path in [place, *sorted(place.rglob("*"))] if place.exists() else ():
            found.append(str(path.relative_to(place.parent)).encode())
            if path.is_file():
                found.append(path.read_bytes())
    return b"\n".join(found)
