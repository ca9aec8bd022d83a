"""A headless Chromium that a test drives as a reader would, by its debugging protocol over two pipes.

Protocol: https://chromedevtools.github.io/devtools-protocol; by pipes each message is JSON and ends with a zero byte.
"""

import base64
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.integration.browser import FLAGS, chromium

SECONDS = 20.0


class Tab:
    """One page of the browser; `faults` are the errors that its console has shown."""

    def __init__(self, commands: int, answers: int) -> None:
        """Open a tab; `commands` and `answers` are this side's ends of the browser's pipes."""
        self.commands, self.answers = commands, answers
        self.number, self.rest, self.session, self.held = 0, b"", "", False
        self.faults: list[str] = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Give a command and return its result."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        while (answer := self.receive()).get("id") != self.number:
            self.note(answer)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]

    def receive(self) -> dict[str, Any]:
        """Return the next message."""
        while b"\0" not in self.rest:
            piece = os.read(self.answers, 1 << 16)
            assert piece, "the browser has ended"
            self.rest += piece
        message, _, self.rest = self.rest.partition(b"\0")
        return json.loads(message)

    def note(self, event: dict[str, Any]) -> None:
        """Keep what went wrong on the page."""
        method, details = event.get("method", ""), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.faults.append(str(details["exceptionDetails"]))
        if method == "Log.entryAdded" and details["entry"]["level"] == "error":
            self.faults.append(str(details["entry"]))
        if method == "Runtime.consoleAPICalled" and details["type"] == "error":
            self.faults.append(str(details["args"]))

    def open(self, address: str) -> None:
        """Go to an address and wait until it is there, with its script."""
        self.send("Page.navigate", url=address)
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")

    def ask(self, expression: str) -> Any:
        """Return the value of a JavaScript expression on the page."""
        result = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, f"{expression}: {result['exceptionDetails']}"
        return result["result"].get("value")

    def wait(self, expression: str, seconds: float = SECONDS) -> float:
        """Wait until an expression is true; returns the seconds that it took."""
        began = time.monotonic()
        while not self.ask(expression):
            assert time.monotonic() - began < seconds, f"not within {seconds} s: {expression}\n{self.text()[:2000]}"
            time.sleep(0.02)
        return time.monotonic() - began

    def text(self) -> str:
        """Return what a reader reads."""
        return str(self.ask("document.body.innerText"))

    def type(self, selector: str, text: str) -> None:
        """Put the cursor into a field, type, and press enter."""
        self.ask(f"document.querySelector({json.dumps(selector)}).select()")
        self.send("Input.insertText", text=text)
        for kind in ("keyDown", "keyUp"):
            self.send(
                "Input.dispatchKeyEvent",
                type=kind,
                key="Enter",
                windowsVirtualKeyCode=13,
                text="\r"[: kind == "keyDown"],
            )

    def mouse(self, kind: str, x: float, y: float) -> None:
        """Move the mouse to a place, or there press or release its button; `kind` is Moved, Pressed or Released."""
        button = "left" if self.held or kind != "Moved" else "none"
        self.held = self.held if kind == "Moved" else kind == "Pressed"
        clicks = int(kind != "Moved")
        self.send("Input.dispatchMouseEvent", type=f"mouse{kind}", x=x, y=y, button=button, clickCount=clicks)

    def click(self, element: str) -> None:
        """Click on what a JavaScript expression names."""
        place = "(({x, y, width, height}) => [x + width / 2, y + height / 2])"
        self.ask(f"{element}.scrollIntoView({{block: 'center'}})")
        x, y = self.ask(f"{place}({element}.getBoundingClientRect())")
        for kind in ("Moved", "Pressed", "Released"):
            self.mouse(kind, x, y)

    def show(self, width: int, height: int = 900, scheme: str = "light", medium: str = "screen") -> None:
        """Be a screen of this size, light or dark, or with medium `print` paper."""
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.send("Emulation.setEmulatedMedia", media=medium, features=features)

    def picture(self, path: Path, *, whole: bool = True) -> None:
        """Take a picture of the page, down to its end or as much as the screen shows."""
        data = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        path.write_bytes(base64.b64decode(data))


@contextmanager
def browsing(profile: Path) -> Iterator[Tab]:
    """Return a tab of a browser that ends with the block; `profile` is an empty folder of its own."""
    (theirs_in, ours_out), (ours_in, theirs_out) = os.pipe(), os.pipe()
    options = ["--headless", "--hide-scrollbars", "--remote-debugging-pipe", f"--user-data-dir={profile}"]
    # The browser reads its commands from descriptor 3 and answers on 4.
    shell = f'exec 3<&{theirs_in} 4>&{theirs_out}; exec "$@"'
    process = subprocess.Popen(
        ["bash", "-c", shell, "bash", chromium(), *options, *FLAGS],
        pass_fds=(theirs_in, theirs_out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(theirs_in)
    os.close(theirs_out)
    try:
        yield Tab(ours_out, ours_in)
    finally:
        os.close(ours_out)
        process.terminate()
        process.wait(10)
        os.close(ours_in)
