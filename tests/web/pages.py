"""Looking at pages: pictures of them, and what axe-core finds."""

from __future__ import annotations

import importlib.util
import json
import os
from functools import cache
from pathlib import Path

from browser import Browser

_RUN = "axe.run(document, {resultTypes: ['violations']}).then(found => JSON.stringify(found.violations))"


@cache
def _axe() -> str:
    """axe-core, as a test package carries it; the package itself is not loaded, since it drives another browser."""
    found = importlib.util.find_spec("axe_playwright_python")
    assert found is not None, "this test needs axe-playwright-python (scripts/test.py installs it)"
    assert found.submodule_search_locations
    return (Path(found.submodule_search_locations[0]) / "axe.min.js").read_text(encoding="utf-8")


def hindrances(browser: Browser) -> list[str]:
    """What hinders people seriously on the page, as axe-core finds it; one line each."""
    browser.evaluate(_axe() + "; 0")
    found = json.loads(browser.evaluate(_RUN))
    return [
        f"{one['id']}: {node['html'][:120]} {node.get('failureSummary', '')[:300]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def picture(browser: Browser, name: str) -> None:
    """Keep a picture of the page where the variable VOICESIM_PICTURES names a folder: for people to look at."""
    if folder := os.environ.get("VOICESIM_PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / f"{name}.png").write_bytes(browser.png())
