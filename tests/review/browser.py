"""A headless Chromium, driven over its own debugging pipe: no driver, no port, no package.

with Browser() as browser:
    browser.open(path)
    browser.click("#criterion-no-why button.at")
    assert browser.evaluate("document.title") == "..."
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Chromium reads commands from descriptor 3 and writes to 4; this puts the pipe there before it starts.
_DOORMAN = """
import fcntl, os, sys
read, write = (fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3])
os.dup2(read, 3)
os.dup2(write, 4)
os.execvp(sys.argv[3], sys.argv[3:])
"""


class Browser:
    """One page, with what went wrong on it: `problems` (exceptions, blocked things) and `requests` (addresses asked for)."""

    def __init__(self, width: int = 1280, height: int = 1000, flags: tuple[str, ...] = ()) -> None:
        program = next((found for name in NAMES if (found := shutil.which(name))), None)
        assert program, f"this test needs one of {', '.join(NAMES)}: install chromium"
        self._profile = tempfile.TemporaryDirectory(prefix="voicesim-browser-", ignore_cleanup_errors=True)
        down, self._to = os.pipe()
        self._from, up = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-c", _DOORMAN, str(down), str(up), program, "--headless", "--no-sandbox", "--disable-gpu",
             "--remote-debugging-pipe", "--no-first-run", "--disable-background-networking", "--disable-component-update",
             "--disable-sync", "--mute-audio", "--disable-dev-shm-usage", f"--window-size={width},{height}",
             f"--user-data-dir={self._profile.name}", *flags, "about:blank"],
            pass_fds=(down, up), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(down)
        os.close(up)
        self._rest = b""
        self._number = 0
        self._session = ""
        self._loaded = False
        self.problems: list[str] = []
        self.requests: list[str] = []
        pages = [t for t in self._call("Target.getTargets")["targetInfos"] if t["type"] == "page"]
        target = pages[0]["targetId"] if pages else self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self._call(f"{domain}.enable")
        self.resize(width, height)

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(20)
        os.close(self._to)
        os.close(self._from)
        self._profile.cleanup()

    def open(self, path: Path) -> None:
        """Open a file from disk and wait until it is loaded."""
        self.visit(path.resolve().as_uri())

    def visit(self, url: str) -> None:
        """Open an address and wait until it is loaded."""
        self._loaded = False
        self._call("Page.navigate", url=url)
        while not self._loaded:
            self._read()

    def resize(self, width: int, height: int = 1000) -> None:
        """Give the page another width."""
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def evaluate(self, script: str) -> Any:
        """The value of an expression on the page; a promise is waited for."""
        answer = self._call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=False
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def click(self, selector: str) -> None:
        """Press the mouse on the middle of an element, as a person would."""
        found = f"document.querySelector({json.dumps(selector)})"
        middle = (
            f"(() => {{ const e = {found}; e.scrollIntoView({{block: 'center', behavior: 'instant'}});"
            " const r = e.getClientRects()[0]; return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        x, y = self.evaluate(middle)
        until = time.monotonic() + 2
        # A dialog that has just been opened is painted a moment later; a person would not press before.
        while not self.evaluate(f"{found}.contains(document.elementFromPoint({x}, {y}))") and time.monotonic() < until:
            time.sleep(0.05)
            x, y = self.evaluate(middle)
        self.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")
        for kind in ("mousePressed", "mouseReleased"):
            self._call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def press(self, key: str) -> None:
        """Press a key on whatever has the focus."""
        text = {"Enter": "\r", " ": " "}.get(key, "")
        self._call("Input.dispatchKeyEvent", type="keyDown", key=key, code=key, text=text)
        self._call("Input.dispatchKeyEvent", type="keyUp", key=key, code=key)

    def emulate(self, **features: str) -> None:
        """Give the page other media features, for example `prefers_color_scheme="dark"`."""
        chosen = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self._call("Emulation.setEmulatedMedia", features=chosen)

    def png(self) -> bytes:
        """The page as it is seen."""
        import base64

        return base64.b64decode(self._call("Page.captureScreenshot", captureBeyondViewport=False)["data"])

    def pdf(self) -> bytes:
        """The page as it would be printed."""
        import base64

        return base64.b64decode(self._call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)["data"])

    def _call(self, method: str, **arguments: Any) -> Any:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": arguments}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        wanted = self._number
        while True:
            answer = self._read()
            if answer.get("id") == wanted:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            more = os.read(self._from, 1 << 16)
            assert more, "the browser has gone away"
            self._rest += more
        line, self._rest = self._rest.split(b"\0", 1)
        message: dict[str, Any] = json.loads(line)
        details = message.get("params", {})
        match message.get("method"):
            case "Page.loadEventFired":
                self._loaded = True
            case "Page.javascriptDialogOpening":  # a page asks whether it may really be left
                self._number += 1
                answer = {"id": self._number, "method": "Page.handleJavaScriptDialog", "params": {"accept": True}}
                os.write(self._to, json.dumps({**answer, "sessionId": self._session}).encode() + b"\0")
            case "Runtime.exceptionThrown":
                self.problems.append(str(details["exceptionDetails"]))
            case "Log.entryAdded" if details["entry"]["level"] == "error":
                self.problems.append(details["entry"]["text"])
            case "Network.requestWillBeSent":
                self.requests.append(details["request"]["url"][:120])
        return message
