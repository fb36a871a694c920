"""Load, and what it costs the server."""

import dataclasses
import os
import pathlib
import re
import socket
import statistics
import subprocess
import time

from bench import room

PATHS = pathlib.Path(__file__).with_name("paths.lua")
CONNECTIONS = 32
TICKS = os.sysconf("SC_CLK_TCK")
WARM_SECONDS = 1


@dataclasses.dataclass
class Round:
    requests_per_second: float
    megabytes_per_second: float
    cpu_micros: float  # server CPU time a request
    errors: int


class Contender:
    """A server process pinned to the server's core; `port` once it answers."""

    def __init__(self, command, port=None, patience=15, **more):
        self.spawned = time.monotonic()
        output = subprocess.DEVNULL if port else subprocess.PIPE
        self.process = subprocess.Popen(
            ["taskset", "-c", room.SERVER_CORE, *map(str, command)], stdout=output, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, **more
        )
        try:
            self.port = port or self._printed_port()
            self.patience = patience
        except BaseException:
            self.stop()
            raise

    def _printed_port(self):
        line = self.process.stdout.readline().decode()
        if match := re.search(r"(\d+)\s*$", line):
            return int(match.group(1))
        raise RuntimeError(f"{self.process.args[3]} printed no port but {line!r}")

    def first_answer(self, path):
        """Seconds from the start of the process to the end of its first answer, and that answer."""
        while time.monotonic() - self.spawned < self.patience:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.process.args[3]} left with {self.process.returncode}")
            try:
                answer = ask(self.port, path)
            except OSError:
                answer = b""
            if answer:
                return time.monotonic() - self.spawned, answer
            time.sleep(0.001)
        raise RuntimeError(f"no answer within {self.patience} s")

    def cpu_seconds(self):
        return sum(cpu_of(pid) for pid in family(self.process.pid))

    def anonymous_megabytes(self):
        return sum(anonymous_of(pid) for pid in family(self.process.pid)) / 2**20

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def builds(name, arguments, before):
    """This build of retape; the earlier one too, if there is one to compare with."""
    contenders = {name: lambda: Contender([room.ours("retape"), *arguments])}
    if before:
        contenders["before"] = lambda: Contender([before, *arguments])
    return contenders


def ask(port, path):
    """One whole answer on a connection of its own."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as peer:
        peer.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        data = b""
        while True:
            head, end, body = data.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            if end and length and len(body) >= int(length.group(1)):
                return data
            chunk = peer.recv(1 << 20)
            if not chunk:
                return data
            data += chunk


def family(pid):
    """The process and its descendants."""
    found = [pid]
    for each in found:
        try:
            found += map(int, pathlib.Path(f"/proc/{each}/task/{each}/children").read_text().split())
        except OSError:
            continue
    return found


def cpu_of(pid):
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / TICKS


def anonymous_of(pid):
    """Bytes that are not pages of files."""
    try:
        lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("RssAnon", "RssShmem")))


def drive(server, exchanges, seconds, connections=CONNECTIONS):
    """A warm-up, then one measured round."""
    wrk(server.port, exchanges, WARM_SECONDS, connections)
    before = server.cpu_seconds()
    said = wrk(server.port, exchanges, seconds, connections)
    cpu = server.cpu_seconds() - before
    requests = int(re.search(r"(\d+) requests in", said).group(1))
    elapsed = requests / max(float(re.search(r"Requests/sec:\s*([\d.]+)", said).group(1)), 1e-9)
    errors = sum(map(int, re.findall(r"(?:connect|read|write|timeout) (\d+)", said))) + sum(map(int, re.findall(r"Non-2xx or 3xx responses: (\d+)", said)))
    return Round(requests / max(elapsed, 1e-9), transferred(said) / max(elapsed, 1e-9), cpu * 1e6 / max(requests, 1), errors)


def wrk(port, exchanges, seconds, connections):
    """wrk takes whole seconds."""
    command = ["taskset", "-c", room.CLIENT_CORE, "wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "-s", PATHS, f"http://127.0.0.1:{port}/", "--", exchanges]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True, timeout=seconds + 60).stdout


def transferred(said):
    number, unit = re.search(r"requests in [^,]+, ([\d.]+)([KMGT]?B) read", said).groups()
    return float(number) * {"B": 1e-6, "KB": 1024e-6, "MB": 1.048576, "GB": 1073.741824, "TB": 1099511.6}[unit]


def median(rounds):
    """The middle of each figure; errors added up."""
    pick = {field.name: statistics.median(getattr(each, field.name) for each in rounds) for field in dataclasses.fields(Round)}
    return {**pick, "errors": sum(each.errors for each in rounds)}
