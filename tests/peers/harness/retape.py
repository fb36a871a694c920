"""Starting and stopping the `retape` command."""

import json
import os
import pathlib
import re
import select
import signal
import subprocess
import time

CHECKOUT = pathlib.Path(__file__).resolve().parents[3]
READY = re.compile(rb"^retape: listening on http://127\.0\.0\.1:(\d+)\s*$")
# Cold starts on a busy two-core machine take tens of milliseconds; this long is a hang.
START_SECONDS = 30
STOP_SECONDS = 20


def binary():
    """The command under test: $RETAPE, else the release build, else the debug build."""
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", CHECKOUT / "target"))
    named = os.environ.get("RETAPE")
    for path in [named] if named else [target / "release/retape", target / "debug/retape"]:
        if pathlib.Path(path).is_file():
            return str(pathlib.Path(path).resolve())
    raise SystemExit("retape is not built: run `cargo build --release`, or set RETAPE to the binary")


def run(*arguments, timeout=60, cwd=None):
    """Runs a verb to its end."""
    return subprocess.run([binary(), *map(str, arguments)], capture_output=True, timeout=timeout, cwd=cwd, check=False)


class Retape:
    """A `retape record` or `retape replay` that listens until it is stopped."""

    def __init__(self, *arguments, cwd=None):
        self.arguments = [str(argument) for argument in arguments]
        self.process = subprocess.Popen(
            [binary(), *self.arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, cwd=cwd
        )
        self.pid = self.process.pid
        self.out, self.err = b"", b""
        try:
            self.port = self._await_port()
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise
        self.code = None

    def _await_port(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if select.select([self.process.stdout], [], [], 0.2)[0]:
                chunk = os.read(self.process.stdout.fileno(), 65536)
                self.out += chunk
                for line in self.out.splitlines():
                    if match := READY.match(line):
                        return int(match.group(1))
                if not chunk:
                    break
        self.process.kill()
        out, err = self.process.communicate()
        raise RuntimeError(f"retape {' '.join(self.arguments)} did not listen: {(self.out + out + err).decode(errors='replace').strip()}")

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def stop(self, how=signal.SIGTERM):
        """Asks it to stop and gives back its exit code; the output is kept in `out` and `err`."""
        if self.code is None:
            self.process.send_signal(how)
            self._collect()
        return self.code

    def wait(self):
        self._collect()
        return self.code

    def _collect(self):
        try:
            out, err = self.process.communicate(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
            err += b"\n(killed: it did not stop when asked)"
        self.out += out
        self.err += err
        self.code = self.process.returncode

    def memory(self):
        """Resident bytes that are not pages of a file: what the process itself takes."""
        return memory_of(self.pid)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def memory_of(pid):
    fields = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    return sum(int(fields[name].split()[0]) * 1024 for name in ("RssAnon", "RssShmem"))


def record(upstream, cassette, *options, listen=0):
    return Retape("record", "--to", upstream, "--listen", f"127.0.0.1:{listen}", "-o", cassette, *options)


class Replay(Retape):
    """A replay whose verdict is read from its JSON report when it stops."""

    def __init__(self, *cassettes, options=(), listen=0, report=None, cwd=None):
        self.report = pathlib.Path(report or f"{cassettes[0]}.report.json")
        arguments = [*cassettes, "--listen", f"127.0.0.1:{listen}", "--report", f"json={self.report}", *options]
        super().__init__("replay", *arguments, cwd=cwd)

    def verdict(self):
        """The parsed report, or None where there is none."""
        self.stop()
        try:
            return json.loads(self.report.read_text())
        except (OSError, ValueError):
            return None

    def complaints(self):
        """Reasons why this replay was not `same`, in words. Empty means exit 0."""
        code = self.stop()
        if code == 0:
            return []
        said = (self.out + self.err).decode(errors="replace").strip().splitlines()
        said = [line.strip() for line in said if line.strip() and "listening on" not in line]
        return [f"retape exit {code}: " + " | ".join(said[:12])]
