#!/usr/bin/env python3
"""Recording is invisible and a replay exact: byte for byte at the client's socket, for every kind of answer.

usage: exact.py [--only TEXT] [--part scenes,clients,size] [--direct]

scenes   raw sockets on both sides act out every kind of answer
clients  curl, wget, Python http.client and requests, Node http and fetch against nginx, Python http.server and Node http
size     an answer of 1 GiB and 10,000 exchanges on one connection, in constant memory
"""

import argparse
import pathlib
import tempfile

from harness import matrix, retape, scene, scenes, size
from harness.tally import Tally

PARTS = ("scenes", "clients", "size")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="only what has this in its name")
    parser.add_argument("--part", default=",".join(PARTS))
    parser.add_argument("--direct", action="store_true", help="without retape: does the test itself hold together?")
    arguments = parser.parse_args()
    tally = Tally("exact")
    parts = {"scenes": play_scenes, "clients": matrix.play, "size": size.play}
    with tempfile.TemporaryDirectory(prefix="retape-exact-") as room:
        for part in arguments.part.split(","):
            parts[part](pathlib.Path(room), arguments, tally)
    tally.finish()


def play_scenes(room, arguments, tally):
    for number, each in enumerate(scenes.SCENES):
        if arguments.only in each.name:
            cassette = room / f"scene-{number}.cassette"
            try:
                problems = stability(each) if arguments.direct else compare(each, cassette)
            except (RuntimeError, OSError) as error:
                problems = [str(error)]
            tally.check(f"raw sockets: {each.name}", problems)


def stability(each):
    first, second = play_direct(each), play_direct(each)
    return differences(each, first, second, "a second time") + [f"ended {seen.end}" for seen in first.client if seen.end in ("silent", "open")]


def compare(each, cassette):
    direct = play_direct(each)
    recorded, record_problems = play_recorded(each, cassette)
    replayed, complaints = play_replayed(each, cassette)
    problems = differences(each, direct, recorded, "while recording") + record_problems
    return problems + differences(each, direct, replayed, "in replay") + complaints


class Played:
    def __init__(self, client, server=()):
        self.client, self.server = client, server


def play_direct(each):
    with scene.Stage(each) as stage:
        client = scene.play_client(each, stage.port)
    return Played(client, stage.seen)


def play_recorded(each, cassette):
    with scene.Stage(each) as stage, retape.record(f"http://127.0.0.1:{stage.port}", cassette) as recorder:
        client = scene.play_client(each, recorder.port)
        for thread in stage.threads:
            thread.join(scene.PATIENCE)
        code = recorder.stop()
    problems = [] if code == 0 else [f"record exit {code}: {recorder.err.decode(errors='replace').strip()}"]
    verified = retape.run("verify", "--roundtrip", cassette)
    if verified.returncode != 0:
        problems.append(f"verify --roundtrip exit {verified.returncode}: {(verified.stdout + verified.stderr).decode(errors='replace').strip()}")
    return Played(client, stage.seen), problems


def play_replayed(each, cassette):
    with retape.Replay(cassette, options=rules_of(each, cassette)) as replay:
        client = scene.play_client(each, replay.port)
        complaints = replay.complaints()
    return Played(client), complaints


def rules_of(each, cassette):
    """Clients beside each other ask in another order every time."""
    if each.connections == 1:
        return []
    rules = cassette.with_suffix(".toml")
    rules.write_text('[verify]\norder = "note"\n')
    return ["--rules", rules]


def differences(each, reference, actual, when):
    problems = []
    for before, after in zip(reference.client, actual.client, strict=True):
        if before.data != after.data:
            problems.append(f"{when}: the client read {brief(after.data, before.data)}")
        if before.end != after.end:
            problems.append(f"{when}: the client saw {after.end}, directly {before.end}")
    if actual.server and not each.ragged:
        before, after = (sorted(hostless(seen.data) for seen in side.server) for side in (reference, actual))
        if before != after:
            problems.append(f"{when}: the server read {after!r:.600}, directly {before!r:.600}")
        if sorted(seen.end for seen in reference.server) != sorted(seen.end for seen in actual.server):
            problems.append(f"{when}: the server saw {[seen.end for seen in actual.server]}, directly {[seen.end for seen in reference.server]}")
    return problems


def hostless(data):
    """Requests without their Host line: the one thing that a reverse proxy must rewrite."""
    return b"\r\n".join(line for line in data.split(b"\r\n") if not line.lower().startswith(b"host:"))


def brief(actual, expected):
    """Where two byte strings part, with a little around it."""
    at = next((index for index, (a, b) in enumerate(zip(actual, expected)) if a != b), min(len(actual), len(expected)))
    start = max(0, at - 20)
    return f"{len(actual)} bytes, directly {len(expected)}; at {at}: {actual[start : at + 60]!r}, directly {expected[start : at + 60]!r}"


if __name__ == "__main__":
    main()
