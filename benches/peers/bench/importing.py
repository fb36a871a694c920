"""Importing a capture: the same file read by retape, tcpflow and tshark, each on one core."""

import os
import shutil
import statistics
import subprocess
import time

from bench import room, table

# How many connections, and how long the answer on each is.
KINDS = {"8 answers of 16 MiB": (8, 16 << 20), "20,000 answers of 9 kB": (20_000, 9_300)}
# tshark follows one connection by dissecting all: it is given up after this long, and its speed is then below what is shown.
PATIENCE_SECONDS = 60


def measure(arguments, place):
    rows = []
    for kind, (connections, body) in KINDS.items():
        capture = place / f"{connections}.pcap"
        subprocess.run([room.ours("bench-capture"), str(connections), str(body), capture], check=True)
        contenders = commands(capture, place)
        runs = {name: [] for name in contenders}
        for number in range(arguments.rounds):
            for name, command in contenders.items():
                if number == 0 or runs[name][0]["ended"]:
                    runs[name].append(run(command, place))
        size = capture.stat().st_size
        rows += [summary(name, kind, size, runs[name]) for name in contenders]
        show(rows, kind, size)
        capture.unlink()
    return rows


def commands(capture, place):
    """What each is told to do: to put every connection together (tshark can be asked for one at a time only)."""
    retape = room.ours("retape")
    flows = place / "flows"
    ours = {
        "retape import --list": [retape, "import", "--list", "-q", capture],
        "retape import": [retape, "import", "-q", capture, "-o", place / "import.cassette", "--overwrite"],
    }
    theirs = {"tcpflow": ["tcpflow", "-q", "-r", capture, "-o", flows], "tshark": ["tshark", "-r", capture, "-q", "-z", "follow,tcp,raw,0"]}
    return ours | {name: command for name, command in theirs.items() if shutil.which(name)}


def run(command, place):
    """Seconds, CPU time and most memory of a program; and whether it came to its end."""
    started = time.monotonic()
    limit = ["timeout", str(PATIENCE_SECONDS), "taskset", "-c", room.SERVER_CORE]
    process = subprocess.Popen([*limit, *map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    shutil.rmtree(place / "flows", ignore_errors=True)
    # 124: `timeout` ended it.
    return {"seconds": time.monotonic() - started, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss / 1024, "ended": process.returncode != 124}


def summary(name, kind, size, runs):
    middle = {key: statistics.median(each[key] for each in runs) for key in ("seconds", "cpu", "peak")}
    return {"name": name, "kind": kind, "ended": runs[0]["ended"], "megabytes_per_second": size / 1e6 / middle["seconds"], "cpu_micros": middle["cpu"] * 1e6, **middle}


def show(rows, kind, size):
    rows = [row for row in rows if row["kind"] == kind]
    first = rows[0]
    columns = {
        "": lambda row: row["name"],
        "MB/s": lambda row: f"{'' if row['ended'] else '< '}{row['megabytes_per_second']:,.0f}",
        "retape's list is": lambda row: f"{'' if row['ended'] else '> '}{row['seconds'] / first['seconds']:.1f} × as fast",
        "seconds": lambda row: f"{'' if row['ended'] else '> '}{row['seconds']:.2f}",
        "CPU seconds": lambda row: f"{row['cpu']:.2f}",
        "peak MiB": lambda row: f"{row['peak']:.0f}",
    }
    table.show(f"importing {size / 1e6:,.0f} MB, {kind}", columns, rows)
