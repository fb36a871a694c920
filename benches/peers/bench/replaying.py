"""Replaying: the same answers from retape, servers that hold them in memory or in files, and other replay tools."""

import subprocess

from bench import load, nginx, room, slow, table

SIZES = (1, 1_000, 100_000)
BODY = 1024
# Asking them for 100,000 takes minutes to start; what they do at 1,000 says enough.
SLOW_SIZES = (1, 1_000)
# One round tells enough of those that are slower by orders of magnitude.
SLOW = ("mitmproxy", "mountebank")


def measure(arguments, place):
    rows = []
    for exchanges in SIZES:
        contenders = starters(place, exchanges, arguments.before)
        if exchanges in SLOW_SIZES and not (arguments.quick or arguments.no_slow):
            contenders |= {"mitmproxy": lambda: slow.mitmproxy(place, exchanges, BODY), "mountebank": lambda: slow.mountebank(place, exchanges, BODY)}
        rows += side_by_side(contenders, exchanges, arguments)
        show(rows, exchanges)
    return rows


def starters(place, exchanges, before):
    cassette = place / f"{exchanges}.cassette"
    subprocess.run([room.ours("bench-cassette"), str(exchanges), str(BODY), cassette], check=True)
    root = write_files(place / f"files-{exchanges}", exchanges)
    replay = ["replay", cassette, "--listen", "127.0.0.1:0", "--repeat", "last"]
    return load.builds("retape replay", replay, before) | {
        "hyper": lambda: load.Contender([room.ours("bench-hyper"), exchanges, BODY]),
        "fixed answer": lambda: load.Contender([room.ours("bench-floor"), BODY]),
        "nginx files": lambda: nginx.files(place, root, exchanges),
    }


def write_files(root, exchanges):
    root.mkdir()
    for n in range(exchanges):
        (root / str(n)).write_bytes(body(n))
    return root


def body(n):
    return (f"{n} " * BODY)[:BODY].encode()


def side_by_side(contenders, exchanges, arguments):
    """Round by round, each in turn, so that a noisy minute hits all alike."""
    rounds, facts = {name: [] for name in contenders}, {}
    for turn in range(arguments.rounds):
        for name, start in contenders.items():
            if "failed" in facts.get(name, {}) or turn and name in SLOW:
                continue
            try:
                one, fact = one_round(name, start, exchanges, arguments.seconds)
            except (RuntimeError, OSError, subprocess.SubprocessError) as error:
                facts[name] = {"failed": str(error).splitlines()[0]}
                continue
            rounds[name].append(one)
            facts[name] = best_of(facts.get(name), fact)
    return [{"name": name, "exchanges": exchanges, **(load.median(rounds[name]) if rounds[name] else {}), **facts[name]} for name in contenders]


def one_round(name, start, exchanges, seconds):
    with start() as server:
        last = exchanges - 1
        first_answer, answer = server.first_answer(f"/{last}")
        if name != "fixed answer" and not answer.endswith(body(last)):
            raise RuntimeError(f"answered {answer[:80]!r}")
        one = load.drive(server, exchanges, seconds)
        return one, {"first_answer_ms": first_answer * 1000, "anonymous_mib": server.anonymous_megabytes()}


def best_of(before, fact):
    """The quickest start, the largest memory."""
    if before is None:
        return fact
    return {"first_answer_ms": min(before["first_answer_ms"], fact["first_answer_ms"]), "anonymous_mib": max(before["anonymous_mib"], fact["anonymous_mib"])}


def show(rows, exchanges):
    rows = [row for row in rows if row["exchanges"] == exchanges]
    hyper = next((row for row in rows if row["name"] == "hyper"), {})
    columns = {
        "": lambda row: row["name"],
        "requests/s": lambda row: f"{row['requests_per_second']:,.0f}",
        "CPU µs/request": lambda row: f"{row['cpu_micros']:.2f}",
        "CPU ÷ hyper": lambda row: f"{row['cpu_micros'] / hyper['cpu_micros']:.2f}",
        "first answer": lambda row: f"{row['first_answer_ms']:.0f} ms",
        "memory beyond files": lambda row: f"{row['anonymous_mib']:.1f} MiB",
        "errors": lambda row: str(row["errors"]),
    }
    table.show(f"replaying {exchanges:,} distinct exchanges, 1 KiB bodies", columns, rows)
