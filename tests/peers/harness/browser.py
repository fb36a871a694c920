"""A headless Chromium, driven over its debugging pipe: the standard library is enough."""

import base64
import fcntl
import json
import os
import pathlib
import select
import shutil
import signal
import tempfile
import time

ANSWER_SECONDS = 60
STOP_SECONDS = 20
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run", "--disable-extensions",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip


class Browser:
    """Started at the beginning of a `with`, gone with all its processes at its end."""

    def __enter__(self):
        self.room = tempfile.TemporaryDirectory(prefix="retape-browser-")
        to_browser, self.commands = os.pipe()
        self.answers, from_browser = os.pipe()
        self.process = self.start(to_browser, from_browser)
        self.buffer, self.events, self.number = b"", [], 0
        return self

    def start(self, reads, writes):
        """The browser reads commands from descriptor 3 and answers on 4."""
        # Out of the way of 3 and 4, which one of them may be.
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (reads, writes)]
        actions = [(os.POSIX_SPAWN_DUP2, ends[0], 3), (os.POSIX_SPAWN_DUP2, ends[1], 4)]
        actions += [(os.POSIX_SPAWN_OPEN, number, "/dev/null", os.O_RDWR, 0) for number in (0, 1, 2)]
        program = shutil.which("chromium")
        arguments = [program, *FLAGS, f"--user-data-dir={self.room.name}/profile", "about:blank"]
        process = os.posix_spawn(program, arguments, os.environ, file_actions=actions, setsid=True)
        for end in (reads, writes, *ends):
            os.close(end)
        return process

    def __exit__(self, *_):
        try:
            self.call("Browser.close")
            self.wait()
        except (OSError, RuntimeError):
            pass
        finally:
            # Whatever is left of its processes is in its session's group.
            try:
                os.killpg(self.process, signal.SIGKILL)
            except ProcessLookupError:
                pass
            os.close(self.commands)
            os.close(self.answers)
            shutil.rmtree(self.room.name, ignore_errors=True)
            self.room.cleanup()

    def wait(self):
        deadline = time.monotonic() + STOP_SECONDS
        while os.waitpid(self.process, os.WNOHANG) == (0, 0):
            if time.monotonic() > deadline:
                os.killpg(self.process, signal.SIGKILL)
            time.sleep(0.02)

    def call(self, method, session=None, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.commands, data) :]
        return self.answer(self.number)

    def answer(self, number):
        while True:
            message = self.receive()
            if message.get("id") != number:
                self.events.append(message)
            elif "error" in message:
                raise RuntimeError(f"Chromium: {message['error']}")
            else:
                return message["result"]

    def receive(self):
        deadline = time.monotonic() + ANSWER_SECONDS
        while b"\0" not in self.buffer:
            if not select.select([self.answers], [], [], max(0, deadline - time.monotonic()))[0]:
                raise RuntimeError("Chromium does not answer")
            data = os.read(self.answers, 1 << 20)
            if not data:
                raise RuntimeError("Chromium has gone")
            self.buffer += data
        message, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(message)

    def open(self, path, **look):
        return Page(self, pathlib.Path(path).resolve().as_uri(), **look)


class Page:
    """A file in a tab of its own. `with` closes it."""

    def __init__(self, browser, url, width=1280, height=900, scheme="light", scripts=True):
        self.browser = browser
        self.target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.url = url
        self.call("Page.navigate", url=url)
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.browser.call("Target.closeTarget", targetId=self.target)

    def call(self, method, **parameters):
        return self.browser.call(method, session=self.session, **parameters)

    def value(self, expression):
        """What an expression gives; promises are waited for."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"].get("exception", {}).get("description", "an exception"))
        return answer["result"].get("value")

    def until(self, expression):
        deadline = time.monotonic() + ANSWER_SECONDS
        while not self.value(expression):
            if time.monotonic() > deadline:
                raise RuntimeError(f"waited in vain for {expression}")
            time.sleep(0.01)

    def click(self, selector):
        """With the mouse, where a person would see it."""
        box = self.value(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView({{block: 'center'}});"
            " const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def press(self, key, code, text=None):
        facts = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown", **facts, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **facts)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def picture(self, path):
        pathlib.Path(path).write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def complaints(self):
        """What the console shows: errors, warnings, refused requests, uncaught exceptions."""
        self.call("Runtime.evaluate", expression="0")
        return [text for text in map(complaint, self.mine()) if text]

    def requests(self):
        """Everything that was asked for but the page itself."""
        asked = [event["params"]["request"]["url"] for event in self.mine() if event.get("method") == "Network.requestWillBeSent"]
        return [url for url in asked if url.partition("#")[0] != self.url.partition("#")[0]]

    def mine(self):
        return [event for event in self.browser.events if event.get("sessionId") == self.session]


def complaint(event):
    method, facts = event.get("method"), event.get("params", {})
    if method == "Runtime.exceptionThrown":
        return facts["exceptionDetails"].get("exception", {}).get("description") or facts["exceptionDetails"]["text"]
    if method == "Runtime.consoleAPICalled":
        return f"console.{facts['type']}"
    if method == "Log.entryAdded":
        return facts["entry"]["text"]
    if method == "Page.javascriptDialogOpening":
        return f"dialog: {facts['message']}"
    return None
