"""curl's own HTTP tests, as values: what curl is told, what it must send, what it is answered."""

import base64
import dataclasses
import gzip
import json
import os
import pathlib
import re
import subprocess

from harness import ports

CHECKOUT = pathlib.Path(__file__).resolve().parents[3]
CORPUS = CHECKOUT.parent / "shared/corpus/curl/http-tests.jsonl.gz"
# The port that the corpus has in its commands, requests and replies.
CORPUS_PORT = 8990
CORPUS_CURL = b"curl/7.88.1"
# One test (curl's PROXY protocol line) came without its reply; any complete one serves. The server ends the connection, so that curl's
# own port is free again at once.
PLAIN_REPLY = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nfoo\n"
# That line names the port curl connects from. No recording can know the next one: here it is always the same.
PROXY_OPTION = "--haproxy-protocol"


@dataclasses.dataclass
class Step:
    """One request that curl must send and the bytes it is answered."""

    request: bytes
    reply: bytes
    close: bool


@dataclasses.dataclass
class Case:
    number: int
    name: str
    command: str
    environment: dict
    files: dict  # path below the working directory → bytes
    stdin: bytes
    steps: list
    exit_code: int
    protocol: bytes  # all that the server must have read
    monitor: bool  # the server's log notes disconnects
    strip: list  # lines left out when requests are compared
    rewrite: list  # (pattern, replacement) applied to each line before comparing
    stdout: object  # (bytes, text mode) or None
    outputs: dict  # path → (bytes, text mode)


def corpus_path(argument=None):
    """Where the corpus is, or None."""
    path = pathlib.Path(argument or os.environ.get("CURL_CORPUS") or CORPUS)
    return path if path.is_file() else None


def load(path, port):
    render = Renderer(port, installed_version(), ports.four_digit_port(port + 1))
    with gzip.open(path, "rt") as lines:
        return [case_of(json.loads(line), render) for line in lines]


def installed_version():
    out = subprocess.run(["curl", "--version"], capture_output=True, check=True).stdout
    return b"curl/" + out.split()[1]


@dataclasses.dataclass
class Renderer:
    """Puts the port and the curl version of this run where the corpus has its own."""

    port: int
    version: bytes
    client_port: int

    def proxy_line(self):
        return b"PROXY TCP4 127.0.0.1 127.0.0.1 %d %d" % (self.client_port, self.port)

    def raw(self, data):
        return data.replace(str(CORPUS_PORT).encode(), str(self.port).encode()).replace(CORPUS_CURL, self.version)

    def text(self, data):
        return self.raw(data.encode()).decode()

    def base64(self, data):
        return self.raw(base64.b64decode(data or ""))


def case_of(test, render):
    verify = dict(test["verify"])
    protocol = render.base64(verify.pop("protocol")["b64"])
    stdout = verify.pop("stdout", None)
    outputs = {output_path(part, test["num"]): wanted(part, render) for name, part in verify.items() if name.startswith("file")}
    options = test["command_attrs"].get("option", "")
    if "stderr" in verify:
        outputs["log/stderr"] = wanted(verify["stderr"], render)
    if stdout is None and not test["reply"].get("data", {}).get("attrs", {}).get("nocheck") and "no-output" not in options:
        outputs.setdefault("log/curl.out", (checked_reply(test, render), False))
    return Case(
        number=test["num"],
        name=test["name"],
        command=command_of(test, stdout is not None, render),
        environment=environment_of(test, render),
        files={file["name"]: render.base64(file["b64"]) for file in test["files"]},
        stdin=base64.b64decode(test["stdin_b64"] or ""),
        steps=steps_of(test, render),
        exit_code=int(test["errorcode"]),
        protocol=protocol,
        monitor="connection-monitor" in test["servercmd"],
        strip=[re.compile(pattern.encode()) for pattern in test["strip"]],
        rewrite=[substitution(part) for part in test["strippart"]],
        stdout=wanted(stdout, render) if stdout else None,
        outputs=outputs,
    )


def output_path(part, number):
    """curl's suite keeps standard output and error in files of these names."""
    name = part["attrs"]["name"].replace("%TESTNUMBER", str(number))
    return {f"log/stdout{number}": "log/stdout", f"log/stderr{number}": "log/stderr"}.get(name, name)


def wanted(part, render):
    data = render.base64(part["b64"])
    if part["attrs"].get("nonewline") == "yes" and data.endswith(b"\n"):
        data = data[:-1]
    return data, part["attrs"].get("mode") == "text"


def checked_reply(test, render):
    """What curl must have written: the `datacheck` sections, else the first reply."""
    checks = [test["reply"].get(f"datacheck{suffix}") for suffix in ("", "1", "2", "3", "4")]
    parts = [part for part in checks if part] or [test["reply"]["data"]] if "data" in test["reply"] or any(checks) else []
    return b"".join(wanted(part, render)[0] for part in parts)


def command_of(test, stdout_checked, render):
    """The command line as curl's own runner builds it."""
    options = test["command_attrs"].get("option", "")
    output = ""
    if "no-output" not in options and (not stdout_checked or "force-output" in options):
        output = "--output log/curl.out"
    include = "" if "no-include" in options else "--include"
    command = render.text(test["command_rendered"])
    if PROXY_OPTION in command:
        command += f" --local-port {render.client_port}"
    return f"curl {output} {include} --trace-ascii log/trace --trace-time {command}"


def environment_of(test, render):
    assignments = [line.split("=", 1) for line in test["setenv"] if not line.startswith("#")]
    return {name: render.text(value) for name, value in assignments if value}


def steps_of(test, render):
    requests = [render.base64(request).replace(b"[DISCONNECT]\n", b"") for request in test["requests_b64"]]
    requests = [request.replace(b"proxy-line", render.proxy_line()) for request in requests]
    return [Step(requests[item["request"]], *reply_of(test, item, render)) for item in test["exchange"]]


def reply_of(test, item, render):
    """A bounced request (no section named) is an authenticated retry: section 1000, else the plain one."""
    for name in [item["reply"]] if item["reply"] else ["data1000", "data"]:
        if name in test["reply"]:
            return render.base64(test["reply"][name]["b64"]), item["close"]
    return PLAIN_REPLY, True


def substitution(perl):
    """`s/pattern/replacement/` in curl's tests is plain enough to be read by hand."""
    _, pattern, replacement, _ = re.split(r"(?<!\\)/", perl)
    pattern = pattern.replace("%CLIENTIP", r"[\d.]+").replace("%HOSTIP", r"[\d.]+").replace("%HTTPPORT", r"\d+")
    return re.compile(pattern.encode()), replacement.encode()


def comparable(received, case):
    """What a server read, as curl's runner compares it: stripped lines left out, volatile parts rewritten to the expected form."""
    lines = []
    for line in kept(received, case).splitlines(keepends=True):
        for pattern, replacement in case.rewrite:
            line = pattern.sub(replacement, line)
        lines.append(line)
    return b"".join(lines)


def kept(requests, case):
    """Without the lines that the test strips on both sides."""
    lines = requests.splitlines(keepends=True)
    return b"".join(line for line in lines if not any(pattern.search(line) for pattern in case.strip))
