"""TLS handshakes: whole ones, each with one small exchange. Retape beside bare rustls with a leaf of the same kind, as a server and as a relay.

The clients check no signature, so that a handshake costs them less than the server; "server busy" shows whether that was so.
"""

import re
import subprocess

from bench import load, recording, room, table

BODY = 16
CLIENTS = 16
WARM_SECONDS = 1


def measure(arguments, place):
    rows = side_by_side("replaying", replayers(place), arguments)
    with recording.origin(BODY) as upstream:
        rows += side_by_side("recording", recorders(place, upstream.port), arguments)
    return rows


def side_by_side(kind, contenders, arguments):
    rounds = {name: [] for name in contenders}
    for _ in range(arguments.rounds):
        for name, start in contenders.items():
            with start() as server:
                rounds[name].append(drive(server, arguments.seconds))
    rows = [{"name": name, "kind": kind, **load.median(rounds[name])} for name in contenders]
    show(rows, kind)
    return rows


def replayers(place):
    cassette = place / "tls.cassette"
    subprocess.run([room.ours("bench-cassette"), "1", str(BODY), cassette], check=True)
    replay = [room.ours("retape"), "replay", cassette, "--listen", "127.0.0.1:0", "--repeat", "last", "--ca", place / "ca"]
    return {
        "retape replay": lambda: load.Contender(replay),
        "rustls": lambda: load.Contender([room.ours("bench-rustls"), "answer", BODY]),
    }


def recorders(place, upstream):
    options = ["--to", f"http://127.0.0.1:{upstream}", "--listen", "127.0.0.1:0", "--ca", place / "ca", "-o", place / "tls-recorded.cassette", "--overwrite"]
    return {
        "retape record": lambda: load.Contender([room.ours("retape"), "record", *options]),
        "rustls": lambda: load.Contender([room.ours("bench-rustls"), "relay", upstream]),
    }


def drive(server, seconds):
    handshakes(server.port, WARM_SECONDS)
    before = server.cpu_seconds()
    count, elapsed = handshakes(server.port, seconds)
    cpu = server.cpu_seconds() - before
    return load.Round(count / elapsed, 0, cpu * 1e6 / max(count, 1), 0)


def handshakes(port, seconds):
    command = ["taskset", "-c", room.CLIENT_CORE, room.ours("bench-handshakes"), port, max(1, round(seconds)), CLIENTS]
    said = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True, timeout=60).stdout
    count, elapsed = re.fullmatch(r"(\d+) in ([\d.]+)\n", said).groups()
    return int(count), float(elapsed)


def show(rows, kind):
    bare = next(row for row in rows if row["name"] == "rustls")
    columns = {
        "": lambda row: row["name"],
        "handshakes/s": lambda row: f"{row['requests_per_second']:,.0f}",
        "÷ rustls": lambda row: f"{row['requests_per_second'] / bare['requests_per_second']:.2f}",
        "CPU µs/handshake": lambda row: f"{row['cpu_micros']:.1f}",
        "CPU ÷ rustls": lambda row: f"{row['cpu_micros'] / bare['cpu_micros']:.2f}",
        "server busy": table.busy,
    }
    table.show(f"{kind}: whole TLS handshakes with one small exchange each, {CLIENTS} clients at a time", columns, rows)
