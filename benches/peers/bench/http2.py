"""Replaying HTTP/2, by prior knowledge: the same answers from retape and from a bare hyper server, asked by h2load."""

import re
import subprocess

from bench import load, room, table

# How many exchanges, and how long their bodies are.
KINDS = {"1 exchange of 1 KiB": (1, 1024), "1,000 exchanges of 1 KiB": (1_000, 1024), "1 exchange of 64 KiB": (1, 64 * 1024)}
CLIENTS, STREAMS = 4, 100
WARM_SECONDS = 1


def measure(arguments, place):
    rows = []
    for kind, (exchanges, body) in KINDS.items():
        contenders = starters(place, exchanges, body)
        targets = write_targets(place / f"targets-{exchanges}", exchanges)
        rounds = {name: [] for name in contenders}
        for _ in range(arguments.rounds):
            for name, start in contenders.items():
                with start() as server:
                    rounds[name].append(drive(server, targets, arguments.seconds))
        rows += [{"name": name, "kind": kind, **load.median(rounds[name])} for name in contenders]
        show(rows, kind)
    return rows


def starters(place, exchanges, body):
    cassette = place / f"http2-{exchanges}-{body}.cassette"
    subprocess.run([room.ours("bench-cassette"), str(exchanges), str(body), cassette, "http2"], check=True)
    replay = [room.ours("retape"), "replay", cassette, "--listen", "127.0.0.1:0", "--repeat", "last"]
    return {
        "retape replay": lambda: load.Contender(replay),
        "hyper": lambda: load.Contender([room.ours("bench-hyper"), exchanges, body, "http2"]),
    }


def write_targets(path, exchanges):
    path.write_text("".join(f"http://127.0.0.1/{n}\n" for n in range(exchanges)))
    return path


def drive(server, targets, seconds):
    h2load(server.port, targets, "-D", WARM_SECONDS)
    before = server.cpu_seconds()
    said = h2load(server.port, targets, "-D", max(1, round(seconds)))
    cpu = server.cpu_seconds() - before
    rate, megabytes = re.search(r"finished in [^,]+, ([\d.]+) req/s, ([\d.]+[KMG]?)B/s", said).groups()
    done = int(re.search(r" (\d+) done", said).group(1))
    bad = sum(int(count) for count in re.findall(r"(\d+) (?:failed|3xx|4xx|5xx)", said))
    return load.Round(float(rate), in_megabytes(megabytes), cpu * 1e6 / max(done, 1), bad)


def h2load(port, targets, *limit):
    """Asks as was recorded."""
    options = ["-c", CLIENTS, "-m", STREAMS, "-H", "user-agent: h2load", "-B", f"http://127.0.0.1:{port}", "-i", targets, *limit]
    command = ["taskset", "-c", room.CLIENT_CORE, "h2load", *options]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True, timeout=60).stdout


def in_megabytes(text):
    unit = {"K": 1024, "M": 1024**2, "G": 1024**3}
    return float(text.rstrip("KMG")) * unit.get(text[-1], 1) / 1e6


def show(rows, kind):
    rows = [row for row in rows if row["kind"] == kind]
    hyper = next(row for row in rows if row["name"] == "hyper")
    columns = {
        "": lambda row: row["name"],
        "requests/s": lambda row: f"{row['requests_per_second']:,.0f}",
        "÷ hyper": lambda row: f"{row['requests_per_second'] / hyper['requests_per_second']:.2f}",
        "CPU µs/request": lambda row: f"{row['cpu_micros']:.2f}",
        "CPU ÷ hyper": lambda row: f"{row['cpu_micros'] / hyper['cpu_micros']:.2f}",
        "server busy": table.busy,
        "errors": lambda row: str(row["errors"]),
    }
    table.show(f"replaying over HTTP/2, {kind}, {CLIENTS} connections of {STREAMS} streams", columns, rows)
