#!/usr/bin/env python3
"""Sweeps of real clients: every client is recorded once, then every way in which its answers can break is tried.

usage: sweeps.py [--only TEXT] [--plan PLAN] [--keep DIR] [--direct]

What docs/findings.md tells is what this prints: by client, what came of how many points, and which findings must be there. Each of those is run once
more by its id, and must come out the same. --keep DIR leaves cassettes, reports and pages there.
"""

import argparse
import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

from harness import peers, ports, retape, servers
from harness.tally import Tally

# A sweep of some hundred points, of which those that stall take their time-out each.
DEADLINE = 900
# Longer than any of these clients needs unbroken, even on a busy machine.
TIMEOUT = "4s"
HERE = pathlib.Path(__file__).resolve().parent


class Client:
    """A command, the server that it is recorded against, and what a sweep of it must find."""

    def __init__(self, name, needs, server, command, findings):
        self.name, self.needs, self.server, self.command = name, needs, server, command
        self.findings = findings
        self.scheme = "tcp" if server is peers.redis else "http"
        plans = {peers.redis: "quick", uploads: HERE / "sweeps/uploads.yaml"}
        self.plan = plans.get(server, HERE / "sweeps/classics.yaml")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="")
    parser.add_argument("--plan", help="for every client; default: classics.yaml, uploads.yaml for those that upload, and quick for redis-cli, which speaks no HTTP")
    parser.add_argument("--keep", type=pathlib.Path)
    arguments = parser.parse_args()
    tally = Tally("sweeps")
    with tempfile.TemporaryDirectory(prefix="retape-sweeps-") as room:
        room = arguments.keep or pathlib.Path(room)
        for client in clients():
            if arguments.only in client.name:
                place = room / client.name.replace(" ", "-")
                place.mkdir(parents=True, exist_ok=True)
                tally.check(client.name, sweep(client, place, arguments.plan or client.plan))
    tally.finish()


def sweep(client, place, plan):
    if missing := [program for program in client.needs if not shutil.which(program)]:
        return [f"not here: {', '.join(missing)}"]
    cassette = place / "recorded.cassette"
    if problems := record(client, place, cassette):
        return problems
    report = swept(client, place, cassette, "sweep", "--plan", plan, "--report", f"html={place / 'sweep.html'}")
    told = collections.Counter(point["outcome"] for point in report["results"])
    print(f"{client.name:16} " + ", ".join(f"{count} {outcome}" for outcome, count in sorted(told.items())))
    problems = []
    for outcome, kind in client.findings:
        found = [point for point in report["results"] if point["outcome"] == outcome and point["kind"] == kind]
        if not found:
            problems.append(f"no {kind} found it {outcome}")
            continue
        print(f"    {outcome}: {found[0]['id']}")
        problems += reproduced(client, place, cassette, found[0])
    return problems


def record(client, place, cassette):
    with client.server(place) as server:
        upstream = f"{client.scheme}://127.0.0.1:{server.port}"
        command = ["record", "--overwrite", "--to", upstream, "-o", cassette, "--", *client.command]
        # As a sweep gives each of its runs one.
        with tempfile.TemporaryDirectory(prefix="retape-run-") as run:
            os.environ["RETAPE_RUN_DIR"] = run
            done = retape.run(*command, cwd=place)
            del os.environ["RETAPE_RUN_DIR"]
    return [] if done.returncode == 0 else [f"not recorded: {done.stderr.decode()[-600:]}"]


def swept(client, place, cassette, name, *options):
    out = place / f"{name}.json"
    out.unlink(missing_ok=True)
    # What fails is judged here, not by the exit code.
    command = ["sweep", cassette, "--timeout", TIMEOUT, "--report", f"json={out}", *options, "--", *client.command]
    done = retape.run(*command, timeout=DEADLINE, cwd=place)
    if not out.exists():
        raise SystemExit(f"{client.name}: no report: {done.stderr.decode()[-2000:]}")
    return json.loads(out.read_text())


def reproduced(client, place, cassette, point):
    again = swept(client, place, cassette, "again", "--only", point["id"])["results"]
    outcomes = [other["outcome"] for other in again]
    return [] if outcomes == [point["outcome"]] else [f"{point['id']}: {point['outcome']}, and again {outcomes}"]


def site(room):
    """A JSON document, a repository to clone, and an index of packages, all as files."""
    files = room / "site"
    files.mkdir(exist_ok=True)
    (files / "user.json").write_text('{"id": 7, "name": "Ada", "roles": ["admin", "author"], "note": "' + "x" * 300 + '"}\n')
    write_repository(room, files)
    write_index(files)
    port = ports.any_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--protocol", "HTTP/1.1"]
    return servers.Server(command, port, cwd=files, stdout=subprocess.DEVNULL)


def uploads(room):
    """Takes files that are put."""
    port = ports.any_port()
    return servers.Server([sys.executable, HERE / "sweeps/upload_server.py", str(port)], port, cwd=room)


def write_repository(room, files):
    """Bare, for the protocol of files alone."""
    target = files / "project.git"
    if not target.exists():
        subprocess.run(["git", "clone", "-q", "--bare", peers.repository(room), target], check=True)
        subprocess.run(["git", "-C", target, "update-server-info"], check=True)


def write_index(files):
    """One package of one module."""
    packages = files / "simple/tape"
    packages.mkdir(parents=True, exist_ok=True)
    name = "tape-1.0-py3-none-any.whl"
    (packages / "index.html").write_text(f'<!doctype html><title>tape</title><a href="{name}">{name}</a>\n')
    info = "tape-1.0.dist-info"
    wheel = {
        "tape.py": "SPEED = 78\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: tape\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: peer\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": f"tape.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n",
    }
    with zipfile.ZipFile(packages / name, "w") as archive:
        for path, text in wheel.items():
            archive.writestr(zipfile.ZipInfo(path), text)


def clients():
    python = os.environ.get("PEERS_PYTHON", sys.executable)
    sh = ["sh", "-c"]
    curl = "curl -sS $RETAPE_URL/user.json"
    wget = "wget -q -O - $RETAPE_URL/user.json"
    pip = f"{python} -m pip download -q --no-deps --no-cache-dir --retries 1 --timeout 1 --index-url $RETAPE_URL/simple -d $RETAPE_RUN_DIR/wheels tape"
    upload = "head -c 4000000 /dev/zero > $RETAPE_RUN_DIR/zeros && curl -sS -T $RETAPE_RUN_DIR/zeros $RETAPE_URL/file"
    broken_off = [("reported", "close"), ("reported", "reset"), ("hung", "stall"), ("tolerated", "early-response")]
    return [
        Client("curl", ["curl"], site, [*sh, curl], [("fooled", "status"), ("hung", "stall")]),
        Client("curl -f --max-time", ["curl"], site, [*sh, curl + " -f --max-time 1"], [("reported", "status"), ("reported", "stall")]),
        Client("wget", ["wget"], site, [*sh, wget + " --tries=2 --timeout=1 --waitretry=0"], [("reported", "status")]),
        Client("requests", [], site, [python, HERE / "sweeps/fetch_requests.py"], [("hung", "stall")]),
        Client("urllib", [], site, [python, HERE / "sweeps/fetch_urllib.py"], [("hung", "stall")]),
        Client("Node fetch", ["node"], site, ["node", HERE / "sweeps/fetch.mjs"], [("hung", "stall")]),
        Client("git clone", ["git"], site, [*sh, "git clone -q $RETAPE_URL/project.git $RETAPE_RUN_DIR/copy && git -C $RETAPE_RUN_DIR/copy log --format=%H"], [("reported", "reset")]),
        Client("pip download", [], site, [*sh, pip + " && cat $RETAPE_RUN_DIR/wheels/*.whl | sha256sum"], [("reported", "status")]),
        Client("curl -T", ["curl"], uploads, [*sh, upload], broken_off),
        Client("requests.put", [], uploads, [python, HERE / "sweeps/put_requests.py"], broken_off),
        Client("Node fetch PUT", ["node"], uploads, ["node", HERE / "sweeps/put.mjs"], broken_off),
        Client("redis-cli", ["redis-cli", "redis-server"], peers.redis, [*sh, "redis-cli -h $RETAPE_HOST -p $RETAPE_PORT set greeting hello && redis-cli -h $RETAPE_HOST -p $RETAPE_PORT get greeting"], [("hung", "stall")]),
    ]


if __name__ == "__main__":
    main()
