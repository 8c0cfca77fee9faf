"""The how-to, walked from an empty folder: its commands are run, its edits made, its outputs seen."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from voicesim.cli.main import run

HOWTO = (Path(__file__).parents[2] / "docs" / "howto-scenario.md").read_text(encoding="utf-8")
SPOKEN = ("voicesim practice", "voicesim scenario voice")
"""Tried elsewhere: they need a voice and a sound card."""


def test_every_step_does_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    found = ""
    printed = ""
    commands = edits = seen = 0
    for kind, block in re.findall(r"```(\w+)\n(.*?)```", HOWTO, re.DOTALL):
        if kind == "sh":
            lines = [line for line in block.splitlines() if not line.startswith(SPOKEN)]
            codes = [run(shlex.split(line)[1:]) for line in lines]
            said = capsys.readouterr()
            printed = said.out + said.err
            # Steps that show a mistake end with 1; nothing may be refused.
            assert set(codes) <= {0, 1}, printed
            commands += len(lines)
        elif kind == "text":
            for line in block.splitlines():
                assert line in printed, f"{line!r} is not in:\n{printed}"
                seen += 1
        elif not found:
            found = block
        else:
            files = [path for path in tmp_path.glob("*.yaml") if path.read_text(encoding="utf-8").count(found) == 1]
            if found.startswith("trainees:"):
                files = [path for path in files if path.name.endswith(".trainees.yaml")]
            (file,) = files
            file.write_text(file.read_text(encoding="utf-8").replace(found, block), encoding="utf-8")
            found, edits = "", edits + 1
    assert (commands, edits, seen) == (9, 7, 11)
    assert run(["scenario", "coverage", "night-bus.yaml", "--at-least", "100"]) == 0
    assert (tmp_path / "night-bus.svg").read_text(encoding="utf-8").startswith("<svg")
