#!/usr/bin/env python3
"""Many at once, by h2load: 1,000 streams on one connection, and 1,000 connections in TLS, recorded and replayed without loss.

usage: scale.py [--only TEXT] [--direct]
"""

import argparse
import json
import pathlib
import re
import resource
import shutil
import subprocess
import tempfile

from harness import peers, retape, servers
from harness.certificate import Certificate
from harness.tally import Tally

MANY = 1000
DEADLINE = 120
DONE = re.compile(r"requests: (\d+) total, \d+ started, \d+ done, (\d+) succeeded")
# Both ends of 1,000 connections, and their way through.
FILES = 8192


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="")
    parser.add_argument("--direct", action="store_true", help="without retape: does the test itself hold together?")
    arguments = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, hard), hard))
    tally = Tally("scale")
    with tempfile.TemporaryDirectory(prefix="retape-scale-") as room:
        room = pathlib.Path(room)
        certificate = Certificate(room)
        cases = {
            "1,000 streams at once on one connection": (streams, "http", [], ["-c1", f"-m{MANY}"]),
            "1,000 connections at once in TLS": (peers.nginx(certificate, "ssl http2 backlog=4096"), "https", ["--upstream-ca", certificate.authority], [f"-c{MANY}", "-m1"]),
        }
        for number, (name, case) in enumerate(cases.items()):
            if arguments.only in name:
                judge(name, room / str(number), case, arguments.direct, tally)
    tally.finish()


def judge(name, room, case, direct, tally):
    if not shutil.which("h2load"):
        return tally.skip(name, "no h2load here")
    room.mkdir()
    problems = alone(room, case) if direct else play(room, case)
    return tally.check(name, problems)


def streams(room):
    port = servers.ports.any_port()
    files = servers.write_files(room)
    command = ["nghttpd", "--no-tls", "-m", str(MANY), "-d", str(files), "-a", "127.0.0.1", str(port)]
    return servers.Server(command, port, stdout=subprocess.DEVNULL)


def alone(room, case):
    server, scheme, _, load = case
    with server(room) as started:
        return failures("directly", f"{scheme}://127.0.0.1:{started.port}", load)


def play(room, case):
    server, scheme, trust, load = case
    cassette = room / "many.cassette"
    data = ["--ca", room / "ca"] if scheme == "https" else []
    with server(room) as started:
        upstream = f"{scheme}://127.0.0.1:{started.port}"
        with retape.Retape("record", "--to", upstream, *trust, *data, "-o", cassette) as recorder:
            problems = failures("while recording", f"{scheme}://127.0.0.1:{recorder.port}", load)
            if recorder.stop():
                problems.append(f"record exit {recorder.code}: {recorder.err.decode()[-500:]}")
    listed = json.loads(retape.run("show", "--format", "json", cassette).stdout)
    recorded = sum(exchange["protocol"] == "http/2" and exchange["state"]["complete"] for exchange in listed["exchanges"])
    if recorded != MANY:
        problems.append(f"{recorded} complete exchanges in the cassette, not {MANY}")
    with retape.Replay(cassette, options=data) as replay:
        problems += failures("in replay", f"{scheme}://127.0.0.1:{replay.port}", load)
        return problems + replay.complaints()


def failures(when, url, load):
    done = subprocess.run(["h2load", f"-n{MANY}", *load, url + "/small.txt"], capture_output=True, text=True, timeout=DEADLINE, check=False)
    found = DONE.search(done.stdout)
    if found and found.groups() == (str(MANY), str(MANY)):
        return []
    return [f"{when}: {found.group(0) if found else (done.stdout + done.stderr)[-500:]}"]


if __name__ == "__main__":
    main()
