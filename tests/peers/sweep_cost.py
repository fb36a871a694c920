#!/usr/bin/env python3
"""What a sweep costs beside the command itself: per run, and in memory, against a bare loop that spawns the same command.

usage: sweep_cost.py [--points N]

With a command that does nothing, and with one that asks its server, as many at once as there are processors. A sweep must stay under 5 ms a run over
the bare loop, run 10,000 points of a no-op client in 3 minutes, and hold nothing of a point but its line in the report. Of a busy machine, the best of
three measurements counts.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile
import threading
import time

from harness import retape
from harness.tally import Tally

# Longest time that a run may take beside the bare command.
OVERHEAD_SECONDS = 0.005
# Longest time for 10,000 points of a command that does nothing.
ALL_SECONDS = 180
# What a point may hold until the report is written: its line there, and nothing else. That is 560 to 650 bytes, and was seen at 790 on a busy machine; an
# output or a timeline that is kept with it takes more.
POINT_BYTES = 1024
# Something else that runs meanwhile costs one of the two sides more than the other; it does not do so every time.
MEASUREMENTS = 3
JOBS = os.cpu_count() or 1
BODY = "x" * 4000
CASSETTE = f"""retape: 1
exchanges:
  - request: GET /
    response: |-
      HTTP/1.1 200 OK
      Content-Type: text/plain

      {BODY}
"""
# Bash connects by itself: no second program, and no library to load.
ASKS = r"exec 3<>/dev/tcp/$RETAPE_HOST/$RETAPE_PORT; printf 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n' >&3; read -r line <&3; cat <&3 >/dev/null; true"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=10_000)
    arguments = parser.parse_args()
    tally = Tally("sweep cost")
    with tempfile.TemporaryDirectory(prefix="retape-cost-") as room:
        room = pathlib.Path(room)
        (room / "a.yaml").write_text(CASSETTE)
        judge(tally, lambda: noop(room, arguments.points))
        judge(tally, lambda: asking(room, arguments.points // 10))
    tally.finish()


def judge(tally, measured):
    """Measures again while anything that is measured was not good enough yet."""
    bad = measured()
    for _ in range(1, MEASUREMENTS):
        if any(bad.values()):
            again = measured()
            bad = {what: problems and again[what] for what, problems in bad.items()}
    for what, problems in bad.items():
        tally.check(what, problems)


def measure(room, points, command):
    """A sweep of so many points: how long, how many runs that were, and the most memory it held."""
    report = room / "report.json"
    options = ["--plan", "every-byte", "--max-points", str(points), "-j", str(JOBS), "--report", f"json={report}", "--fail-on", "hung", "-q"]
    started = time.monotonic()
    sweep = subprocess.Popen([retape.binary(), "sweep", str(room / "a.yaml"), *options, "--", *command])
    kib = most_memory(sweep)
    seconds = time.monotonic() - started
    if sweep.returncode != 0:
        raise SystemExit(f"the sweep ended with {sweep.returncode}")
    results = json.loads(report.read_text())["results"]
    # The second asking never comes, and so is not run; findings are run twice, and there are two unbroken runs.
    once = [it for it in results if it["attempts"] == "once"]
    runs = len(once) + sum(it["outcome"] in ("fooled", "crashed") for it in once) + 2
    return {"points": len(results), "runs": runs, "seconds": seconds, "kib": kib}


def most_memory(process):
    """Its peak in KiB, as last seen before it ended: what wait() tells includes this very process, of which it was forked."""
    kib = 0
    while process.poll() is None:
        try:
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        except OSError:
            break
        kib = max([kib, *(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))])
        time.sleep(0.01)
    process.wait()
    return kib


def bare(command, runs, environment):
    """The same command so many times, as many at once, with its outputs read: what it costs by itself."""
    left = iter(range(runs))
    lock = threading.Lock()

    def toil():
        while True:
            with lock:
                if next(left, None) is None:
                    return
            subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, close_fds=False, env={**os.environ, **environment})

    threads = [threading.Thread(target=toil) for _ in range(JOBS)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - started


def told(name, swept, alone):
    each, bare_each = (seconds / swept["runs"] * JOBS * 1000 for seconds in (swept["seconds"], alone))
    print(f"        {name}: {swept['points']} points, {swept['runs']} runs in {swept['seconds']:.1f} s; {each:.2f} ms of a processor a run, bare loop {bare_each:.2f} ms: {each / bare_each:.1f} x; at most {swept['kib'] / 1024:.1f} MiB")
    return (each - bare_each) / 1000


def noop(room, points):
    few = measure(room, points // 10, ["true"])
    many = measure(room, points, ["true"])
    over = told("no-op", many, bare(["true"], many["runs"], {}))
    seconds = many["seconds"] * 10_000 / many["points"]
    more = (many["kib"] - few["kib"]) * 1024 / (many["points"] - few["points"])
    print(f"        memory: {few['kib'] / 1024:.1f} MiB, then {many['kib'] / 1024:.1f} MiB for ten times as many points: {more:.0f} bytes a point")
    return {
        "a run costs less than 5 ms beside a command that does nothing": [] if over < OVERHEAD_SECONDS else [f"{over * 1000:.1f} ms"],
        "10,000 points of a command that does nothing take less than 3 minutes": [] if seconds < ALL_SECONDS else [f"{seconds:.0f} s"],
        "a point takes no more memory than its line in the report": [] if more < POINT_BYTES else [f"{more:.0f} bytes"],
    }


def asking(room, points):
    command = ["bash", "-c", ASKS]
    swept = measure(room, points, command)
    with retape.Retape("replay", room / "a.yaml", "--repeat", "last") as server:
        alone = bare(command, swept["runs"], {"RETAPE_HOST": "127.0.0.1", "RETAPE_PORT": str(server.port)})
    over = told("asking", swept, alone)
    return {"a run costs less than 5 ms beside a command that asks": [] if over < OVERHEAD_SECONDS else [f"{over * 1000:.1f} ms"]}


if __name__ == "__main__":
    main()
