"""One real client with one real server: direct, recorded by retape, and replayed with the server gone. Each time it must print the same; a
server's clock may tick only until it is recorded."""

import dataclasses
import os
import re
import shlex
import subprocess
import typing

from harness import retape

DEADLINE = 120
DATE = re.compile(rb"(?im)^date: .*$")
# Nothing of the machine's own configuration takes part.
FOREIGN = ("PROXY", "proxy", "CURL_", "SSL_CERT", "PIP_", "GIT_", "NODE_", "RETAPE")


@dataclasses.dataclass
class Pair:
    name: str
    server: typing.Callable  # room → context manager; `port` is where it listens
    client: typing.Callable  # (url, room) → command line
    scheme: str = "https"
    way: str = "proxy"  # or `direct`: the client is pointed at retape itself
    host: str = "localhost"
    needs: tuple = ()  # programs
    options: tuple = ()  # of `record` and `replay`
    environment: dict = dataclasses.field(default_factory=dict)
    expect: tuple = ()  # texts that the client must print
    code: int = 0  # that the client ends with


def play(pair, room, certificate):
    """What is wrong with this pair, in words."""
    cassette = room / "pair.cassette"
    with pair.server(room) as server:
        url = f"{pair.scheme}://{pair.host}:{server.port}"
        direct = run_direct(pair, url, room, certificate)
        recorded = run_by(pair, "record", record_arguments(pair, url, cassette, certificate), url, room)
    problems = [f"directly: {problem}" for problem in complaints(pair, direct)]
    problems += differences(timeless(direct), timeless(recorded), "while recording")
    if problems:
        return problems
    verified = retape.run("verify", "--strict", "--roundtrip", cassette)
    problems = [f"verify: {text(verified)}"] if verified.returncode else []
    replayed = run_by(pair, "replay", [cassette, *pair.options], url, room)
    return problems + differences(recorded, replayed, "in replay")


def record_arguments(pair, url, cassette, certificate):
    way = ["--proxy"] if pair.way == "proxy" else ["--to", url]
    trust = ["--upstream-ca", certificate.authority] if pair.scheme in ("https", "tls") else []
    return [*way, *trust, "-o", cassette, *pair.options]


def timeless(done):
    return subprocess.CompletedProcess(done.args, done.returncode, DATE.sub(b"date:", done.stdout), done.stderr)


def run_direct(pair, url, room, certificate):
    return run(pair.client(url, room), room, {**certificate.trusted(), **pair.environment})


def run_by(pair, verb, arguments, url, room):
    """A client that is pointed at retape reads its address where the shell puts it."""
    client = pair.client(url if pair.way == "proxy" else "$RETAPE_URL", room)
    if pair.way != "proxy":
        client = ["sh", "-c", " ".join(quoted(part) for part in client)]
    command = [retape.binary(), verb, *arguments, "--", *client]
    return run(command, room, pair.environment)


def quoted(part):
    """For the shell, which fills in the address only."""
    return f'"{part}"' if "$RETAPE_URL" in str(part) else shlex.quote(str(part))


def run(command, room, environment):
    base = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN) and not name.endswith(FOREIGN)}
    home = {"HOME": str(room), "XDG_DATA_HOME": str(room / "data"), "LC_ALL": "C.UTF-8"}
    command = [str(part) for part in command]
    try:
        return subprocess.run(command, capture_output=True, timeout=DEADLINE, cwd=room, env={**base, **home, **environment}, stdin=subprocess.DEVNULL, check=False)
    except subprocess.TimeoutExpired as late:
        return subprocess.CompletedProcess(command, -1, late.stdout or b"", (late.stderr or b"") + b"\n(it hung)")


def complaints(pair, done):
    problems = [f"exit {done.returncode}: {text(done)}"] if done.returncode != pair.code else []
    return problems + [f"{wanted!r} is not in {text(done)}" for wanted in pair.expect if wanted.encode() not in done.stdout]


def differences(direct, done, when):
    if done.returncode != direct.returncode:
        return [f"{when}: exit {done.returncode}, before {direct.returncode}: {text(done)}"]
    return [f"{when} it printed {brief(done.stdout, direct.stdout)}"] if done.stdout != direct.stdout else []


def brief(actual, expected):
    """From a little before the first difference."""
    same = len(os.path.commonprefix([actual, expected]))
    start = max(0, same - 40)
    return f"{actual[start:same + 200]!r}, before {expected[start:same + 200]!r} (from byte {start})"


def text(done):
    return (done.stdout + done.stderr).decode(errors="replace").strip()[-1500:]
