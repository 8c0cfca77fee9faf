"""A headless Firefox with real sound devices, driven over its own WebDriver BiDi connection: no driver, no package."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from websockets.sync.client import connect

NAMES = ("firefox-esr", "firefox")
PREFERENCES = {
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "app.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.aboutwelcome.enabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}


class Firefox:
    """One page.

    Args:
        environment: with the sound devices it is to use.
    """

    def __init__(self, environment: dict[str, str]) -> None:
        program = next((found for name in NAMES if (found := shutil.which(name))), None)
        assert program, f"this test needs one of {', '.join(NAMES)}: install firefox-esr"
        self._profile = tempfile.TemporaryDirectory(prefix="voicesim-firefox-", ignore_cleanup_errors=True)
        lines = (f'user_pref("{name}", {json.dumps(value)});' for name, value in PREFERENCES.items())
        (Path(self._profile.name) / "user.js").write_text("\n".join(lines))
        self._process = subprocess.Popen(
            [program, "--headless", "--no-remote", "--remote-debugging-port", "0", "--profile", self._profile.name, "about:blank"],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace",
        )  # fmt: skip
        assert self._process.stderr is not None
        listening = None
        for line in self._process.stderr:
            if listening := re.search(r"ws://\S+", line):
                break
        assert listening, "Firefox did not start"
        self._open = ExitStack()
        self._socket = self._open.enter_context(connect(f"{listening[0].rstrip('/')}/session", max_size=None))
        self._numbers = itertools.count(1)
        self._call("session.new", capabilities={})
        self._context = self._call("browsingContext.getTree")["contexts"][0]["context"]

    def __enter__(self) -> Firefox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
        self._process.terminate()
        self._process.wait(30)
        self._profile.cleanup()

    def visit(self, url: str) -> None:
        """Open an address and wait until it is loaded."""
        self._call("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def evaluate(self, script: str) -> Any:
        """The value of an expression on the page, as a person's own doing"""
        answer = self._call(
            "script.evaluate", expression=f"JSON.stringify(({script}) ?? null)",
            target={"context": self._context}, awaitPromise=True, userActivation=True,
        )  # fmt: skip
        assert answer["type"] == "success", answer.get("exceptionDetails", {}).get("text")
        return json.loads(answer["result"]["value"])

    def click(self, selector: str) -> None:
        """Press an element."""
        self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=60))
            if message.get("id") == number:
                assert message["type"] == "success", message
                result: dict[str, Any] = message["result"]
                return result
