"""Recording: retape beside relays that do less, with the origin and the load on the other core."""

import os
import pathlib
import shutil
import subprocess
import tempfile

from bench import load, nginx, room, table

# A recording in memory, where there is room for it: else it is the disk's write-back that is measured.
MEMORY = pathlib.Path("/dev/shm")
ROOM_BYTES = 8 << 30
KINDS = {"1 KiB": (1024, 32), "1 MiB": (1 << 20, 4)}


def measure(arguments, place):
    roomy = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_BYTES
    with tempfile.TemporaryDirectory(prefix="retape-bench-", dir=MEMORY if roomy else place) as tape:
        return measure_into(pathlib.Path(tape), arguments)


def measure_into(place, arguments):
    rows = []
    for kind, (size, connections) in KINDS.items():
        with origin(size) as upstream:
            rows += side_by_side(kind, connections, upstream.port, arguments, place)
        show(rows, kind)
    return rows


def origin(size):
    """On the client's core: what is measured has core 0 for itself."""
    server = load.Contender([room.ours("bench-floor"), size])
    subprocess.run(["taskset", "-pc", room.CLIENT_CORE, str(server.process.pid)], check=True, capture_output=True)
    return server


def starters(upstream, place, before):
    cassette, appended = place / "recorded.cassette", place / "appended"
    record = ["record", "--to", f"http://127.0.0.1:{upstream}", "--listen", "127.0.0.1:0", "-o", cassette, "--overwrite"]
    return load.builds("retape record", record, before) | {
        "copy_bidirectional": lambda: load.Contender([room.ours("bench-relay"), upstream, "copy"]),
        "relay that appends": lambda: load.Contender([room.ours("bench-relay"), upstream, "append", appended]),
        "nginx proxy": lambda: nginx.proxy(place, upstream),
    }


def side_by_side(kind, connections, upstream, arguments, place):
    contenders = starters(upstream, place, arguments.before)
    rounds, failed = {name: [] for name in contenders}, {}
    for _ in range(arguments.rounds):
        for name, start in contenders.items():
            try:
                rounds[name].append(one_round(start, connections, arguments.seconds))
            except (RuntimeError, OSError, subprocess.SubprocessError) as error:
                failed[name] = {"failed": str(error).splitlines()[0]}
            for left in ("recorded.cassette", "appended"):
                (place / left).unlink(missing_ok=True)
    return [{"name": name, "kind": kind, **(load.median(rounds[name]) if rounds[name] else failed[name])} for name in contenders]


def one_round(start, connections, seconds):
    with start() as server:
        server.first_answer("/0")
        return load.drive(server, 1, min(seconds, 3), connections)


def show(rows, kind):
    rows = [row for row in rows if row["kind"] == kind]
    plain = next((row for row in rows if row["name"] == "copy_bidirectional"), {})
    columns = {
        "": lambda row: row["name"],
        "requests/s": lambda row: f"{row['requests_per_second']:,.0f}",
        "MB/s": lambda row: f"{row['megabytes_per_second']:,.0f}",
        "÷ copy": lambda row: f"{row['requests_per_second'] / plain['requests_per_second']:.2f}",
        "CPU µs/request": lambda row: f"{row['cpu_micros']:.1f}",
        "errors": lambda row: str(row["errors"]),
    }
    table.show(f"recording, {kind} bodies", columns, rows)
