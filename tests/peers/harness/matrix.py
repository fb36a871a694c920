"""Real clients against real servers: direct, while recording, and in replay they see the same."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

from harness import retape, servers

HERE = pathlib.Path(__file__).resolve().parents[1]
DEADLINE = 120
# A server's clock ticks between two runs. Between a recording and its replay nothing may differ.
DATE = re.compile(rb'(?im)(date"?[:,]\s*"?)[^"\r\n]*')


ALL = ("curl", "wget", "http.client", "requests", "node http", "node fetch")
# wget waits for the body that a 304 on a kept connection does not have.
KNOW_304 = tuple(name for name in ALL if name != "wget")
# Python's client takes a 102 or 103 for the answer and the answer for rubbish.
KNOW_INTERIM = ("curl", "wget", "node http", "node fetch")


def op(method, path, body=None, clients=ALL, **headers):
    operation = {"method": method, "path": path, "headers": {name.replace("_", "-"): value for name, value in headers.items()}, "clients": clients}
    return {**operation, "body": body} if body is not None else operation


FILES = [
    op("GET", "/small.txt"),
    op("HEAD", "/big.bin"),
    op("GET", "/big.bin"),
    op("GET", "/empty.txt"),
    op("GET", "/page.html", Range="bytes=3-9"),
    op("GET", "/small.txt", clients=KNOW_304, If_Modified_Since="Sat, 01 Jan 2050 00:00:00 GMT"),
    op("GET", "/missing"),
    op("POST", "/small.txt", "a=1"),
    op("GET", "/small.txt?again=1"),
]
ANSWERS = [
    *[op("GET", path) for path in ("/text", "/json", "/large", "/none", "/redirect", "/twice", "/gzip", "/chunked", "/trailers", "/missing", "/close", "/text?2")],
    op("GET", "/same", clients=KNOW_304, If_None_Match='"v1"'),
    op("HEAD", "/large"),
    op("POST", "/echo", '{"json": [1, 2]}', Content_Type="application/json"),
    op("PUT", "/echo", "x" * 50_000, Content_Type="application/octet-stream"),
    op("POST", "/echo", "expected", clients=("curl",), Expect="100-continue", Content_Type="text/plain"),
    op("DELETE", "/missing"),
    op("GET", "/hints", clients=KNOW_INTERIM),
    op("GET", "/processing", clients=KNOW_INTERIM),
    op("GET", "/cut"),
    op("GET", "/text?after-the-cut"),
]
THROUGH_NGINX = [
    op("GET", "/small.txt"),
    *[op(each["method"], "/node" + each["path"], each.get("body"), each["clients"], **each["headers"]) for each in ANSWERS if each["path"] not in ("/hints", "/processing")],
]


def curl(url, operations, _room):
    """All on one kept connection, the answers as they are on the wire."""
    arguments = ["curl", "-q", "-sS", "--no-progress-meter"]
    for number, each in enumerate(operations):
        arguments += ["--next"] if number else []
        arguments += ["-i", "--raw", "--noproxy", "*", "-w", "\\n%{http_code} %{exitcode} %{size_download}\\n", url + each["path"]]
        arguments += ["-I"] if each["method"] == "HEAD" else ["-X", each["method"]]
        arguments += ["--data-binary", each["body"]] if "body" in each else []
        arguments += [part for name, value in each["headers"].items() for part in ("-H", f"{name}: {value}")]
    return output(arguments)


def wget(url, operations, room):
    """A process for each: wget has one method for all its URLs."""
    results = []
    for each in operations:
        arguments = ["wget", "--no-config", "--no-proxy", "-q", "--tries=1", "--timeout=10", "--content-on-error", "--save-headers", "-O", "-", f"--method={each['method']}"]
        arguments += [f"--body-data={each['body']}"] if "body" in each else []
        arguments += [f"--header={name}: {value}" for name, value in each["headers"].items()]
        results.append(output([*arguments, url + each["path"]], cwd=room))
    return b"\n".join(results)


def scripted(*command):
    def play(url, operations, _room):
        return output([*command, url], json.dumps(operations).encode())

    return play


def output(command, stdin=b"", cwd=None):
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=DEADLINE, cwd=cwd, check=False)
    return b"exit %d\n" % done.returncode + done.stdout + done.stderr


PYTHON = os.environ.get("PEERS_PYTHON", sys.executable)
CLIENTS = {
    "curl": curl,
    "wget": wget,
    "http.client": scripted(PYTHON, str(HERE / "clients/python_client.py"), "http.client"),
    "requests": scripted(PYTHON, str(HERE / "clients/python_client.py"), "requests"),
    "node http": scripted("node", str(HERE / "clients/node_client.mjs"), "http"),
    "node fetch": scripted("node", str(HERE / "clients/node_client.mjs"), "fetch"),
}


@contextlib.contextmanager
def nginx_before_node(room):
    with servers.node(room) as upstream, servers.nginx(room, upstream.port) as front:
        yield front


SERVERS = {
    "nginx files": (servers.nginx, FILES),
    "Python http.server": (servers.python, FILES),
    "Node http": (servers.node, ANSWERS),
    "nginx proxy": (nginx_before_node, THROUGH_NGINX),
}


def play(room, arguments, tally):
    for server_name, (start, operations) in SERVERS.items():
        place = room / server_name.replace(" ", "-")
        place.mkdir(exist_ok=True)
        if missing := absent_server(server_name):
            tally.skip(server_name, f"{missing} is not installed")
            continue
        with start(place) as origin:
            for client_name in CLIENTS:
                name = f"{client_name} against {server_name}"
                if arguments.only in name:
                    judge(name, client_name, origin, operations, place, arguments, tally)


def absent_server(name):
    if name.startswith("nginx") and not servers.nginx_binary():
        return "nginx"
    return None if "ode" not in name and "proxy" not in name or shutil.which("node") else "node"


def judge(name, client_name, origin, operations, place, arguments, tally):
    if missing := absent_client(client_name):
        return tally.skip(name, f"{missing} is not installed")
    wanted = [each for each in operations if client_name in each["clients"]]
    client = CLIENTS[client_name]
    try:
        problems = stability(client, origin, wanted, place) if arguments.direct else compare(client, origin, wanted, place, client_name)
    except (RuntimeError, OSError, subprocess.TimeoutExpired) as error:
        problems = [str(error)]
    return tally.check(name, problems)


def absent_client(name):
    if name == "requests" and subprocess.run([PYTHON, "-c", "import requests"], capture_output=True, check=False).returncode:
        return name
    program = name.split()[0]
    return program if program in ("curl", "wget", "node") and not shutil.which(program) else None


def stability(client, origin, operations, place):
    url = f"http://127.0.0.1:{origin.port}"
    return difference(dateless(client(url, operations, place)), dateless(client(url, operations, place)), "a second time")


def compare(client, origin, operations, place, client_name):
    cassette = place / f"{client_name.replace(' ', '-')}.cassette"
    direct = client(f"http://127.0.0.1:{origin.port}", operations, place)
    with retape.record(f"http://127.0.0.1:{origin.port}", cassette) as recorder:
        recorded = client(recorder.url, operations, place)
        code = recorder.stop()
    problems = [] if code == 0 else [f"record exit {code}: {recorder.err.decode(errors='replace').strip()}"]
    with retape.Replay(cassette) as replay:
        replayed = client(replay.url, operations, place)
        problems += replay.complaints()
    return problems + difference(dateless(direct), dateless(recorded), "while recording") + difference(portless(recorded, recorder), portless(replayed, replay), "in replay")


def dateless(data):
    return DATE.sub(rb"\1(date)", data)


def portless(data, process):
    """Clients print the URL they were given in messages of their own."""
    return data.replace(b"127.0.0.1:%d" % process.port, b"127.0.0.1:PORT")


def difference(before, after, when):
    if before == after:
        return []
    for line, (a, b) in enumerate(zip(before.splitlines(), after.splitlines()), 1):
        if a != b:
            return [f"{when}: line {line} of what the client saw is {b[:200]!r}, before {a[:200]!r}"]
    return [f"{when}: the client saw {len(after)} bytes, before {len(before)}; it ends {after[-200:]!r}, before {before[-200:]!r}"]
