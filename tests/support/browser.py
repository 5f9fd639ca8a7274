# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A headless Chromium, spoken to over its DevTools protocol: the Debian package and the standard library are all it takes."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from typing import Any

INSTALL = ("install", "-q", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300", "chromium")
OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-pipe")

SECONDS = 300
"""How long a browser may be used at the most."""


def chromium() -> str:
    """Return the program, which is installed where it is not there (about half a minute, once a machine)."""
    with open(pathlib.Path(tempfile.gettempdir()) / "chromium.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not shutil.which("chromium") and (problem := _apt_get(*INSTALL)):
            # The lists of packages may be missing, or old.
            problem = _apt_get("update", "-q") or _apt_get(*INSTALL)
            assert not problem, problem
    return "chromium"


def _apt_get(*arguments: str) -> str:
    """Return what went wrong, '' for nothing."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(["apt-get", *arguments], env=environment, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"apt-get {' '.join(arguments)}: {done.stdout[-1000:]}{done.stderr[-1000:]}"


class Page:
    """The one page of a browser. What it asked the network for is in ``requests``, what went wrong in it in ``errors``."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands, self._answers = commands, os.fdopen(answers, "rb")
        self._number, self._session, self._loaded = 0, "", False
        self.requests: list[str] = []
        self.errors: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log", "Accessibility"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Return the answer to a command."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters, **({"sessionId": self._session} if self._session else {})}
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while (answer := self._read()).get("id") != self._number:
            self._note(answer)
        assert "error" not in answer, f"{method}: {answer['error']}"
        result: dict[str, Any] = answer["result"]
        return result

    def open(self, path: pathlib.Path) -> None:
        """Load a file, and wait until all of it is there."""
        self._loaded = False
        self.call("Page.navigate", url=path.as_uri())
        while not self._loaded:
            self._note(self._read())

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def key(self, name: str, text: str = "") -> None:
        """Press a key and let it go."""
        code = {"Tab": 9, "Enter": 13}.get(name, ord(name[0].upper()))
        for kind in ("keyDown", "keyUp"):
            said = {"text": text} if text and kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=name, windowsVirtualKeyCode=code, **said)

    def screenshot(self) -> bytes:
        """Return a PNG of what is on the screen."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def show(self, width: int, height: int = 900, scheme: str = "light", media: str = "screen") -> None:
        """Be a screen of this width (CSS pixels), or paper."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)
        self.call("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])

    def _read(self) -> dict[str, Any]:
        data = bytearray()
        while (byte := self._answers.read(1)) != b"\0":
            assert byte, "the browser has ended"
            data += byte
        message: dict[str, Any] = json.loads(data)
        return message

    def _note(self, message: dict[str, Any]) -> None:
        method, said = message.get("method"), message.get("params", {})
        if method == "Page.loadEventFired":
            self._loaded = True
        elif method == "Network.requestWillBeSent":
            self.requests.append(said["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.errors.append(said["exceptionDetails"]["text"])
        elif method == "Log.entryAdded":
            self.errors.append(said["entry"]["text"])


@contextlib.contextmanager
def browser() -> Iterator[Page]:
    """A browser for as long as the context is."""
    program = chromium()
    commands, answers = os.pipe(), os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        # The protocol's pipes are descriptors 3 and 4 of the browser.
        script = 'exec "$0" "$@" 3<&"$COMMANDS" 4>&"$ANSWERS"'
        process = subprocess.Popen(
            ["bash", "-c", script, program, *OPTIONS, f"--user-data-dir={profile}", "about:blank"],
            env={**os.environ, "COMMANDS": str(commands[0]), "ANSWERS": str(answers[1])},
            pass_fds=(commands[0], answers[1]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands[0])
        os.close(answers[1])
        # A browser that does not answer any more would be waited for without an end.
        watch = threading.Timer(SECONDS, process.kill)
        watch.start()
        try:
            yield Page(commands[1], answers[0])
        finally:
            watch.cancel()
            process.terminate()
            process.wait(30)
            os.close(commands[1])
