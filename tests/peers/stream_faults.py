#!/usr/bin/env python3
"""Faults of streams, as real clients take them: grpcio, websockets, curl, redis-cli and psql.

usage: stream_faults.py [--only TEXT]

Each row: a fault, and what the client prints. Whoever sends a client something that its protocol forbids is told so by the client.
"""

import argparse
import pathlib
import shutil
import subprocess

from harness import peers, retape
from harness.tally import Tally

HERE = pathlib.Path(__file__).resolve().parent / "faults"
STREAMS = HERE.parents[2] / "cassettes/library/streams.yaml"


def either(*expected):
    """Lines of which any will do."""
    return expected


ONE, TWO = r"b'\n\x03abc'", r"b'\n\x02de'"
YOU = "grüß dich"

UNARY = {
    "latency 1ms": [ONE, "OK"],
    "grpc-status UNAVAILABLE": ["UNAVAILABLE"],
    "trailers-only UNAUTHENTICATED": ["UNAUTHENTICATED"],
    "grpc-http-status 503": ["UNAVAILABLE"],
    "no-trailers": ["UNKNOWN"],
    "compressed-flag": ["INTERNAL"],
    "oversized-message": ["RESOURCE_EXHAUSTED"],
    "no-end-stream": ["DEADLINE_EXCEEDED"],
    "refused-stream": ["UNAVAILABLE"],
    "goaway ENHANCE_YOUR_CALM": ["UNAVAILABLE"],
    "graceful-goaway": [ONE, "OK"],
    "bad-hpack huffman": ["INTERNAL"],
    "no-continuation": ["UNKNOWN"],
    "malformed-head upper-case": ["INTERNAL"],
    "settings MAX_FRAME_SIZE 1": ["UNKNOWN"],
    "unknown-frame": [ONE, "OK"],
}
STREAM = {
    "latency 1ms": [ONE, TWO, "OK"],
    "grpc-abort RESOURCE_EXHAUSTED at message 1": [ONE, "RESOURCE_EXHAUSTED"],
    # A reset that is there before its reader has come takes the messages with it.
    "part-then-rst CANCEL at message 2": either([ONE, "CANCELLED"], ["CANCELLED"]),
    "delete at message 1": [TWO, "OK"],
    "swap at message 1": [TWO, ONE, "OK"],
}
CHAT = {
    "latency 1ms": ["hello", YOU, "pong", "1000"],
    "upgrade-status 403": ["InvalidStatus"],
    "wrong-accept": ["InvalidHeaderValue"],
    "upgrade-without connection": ["InvalidUpgrade"],
    "ws-unoffered extension": ["NegotiationError"],
    "invalid-utf-8": ["closed", "1006"],
    "bad-frame masked": ["hello", "closed", "1006"],
    "bad-frame huge-length": ["hello", "closed", "1006"],
    "ws-fragment": ["hello", YOU, "pong", "1000"],
    "no-pong": ["hello", YOU, "no pong", "1000"],
    "ws-close 1011 at message 1": ["hello", "closed", "1011"],
    "ws-close 1006 at message 1": ["hello", "closed", "1006"],
    "eof-without-close": ["hello", YOU, "pong", "1006"],
    "duplicate at message 1": ["hello", "hello", "pong", "1000"],
}
FEED = ["id: 1", 'data: {"text":"café"}', "", "id: 2", 'data: {"text":"au lait"}', "", "data: [DONE]", ""]
EVENTS = {
    "close at event 1": FEED[:3] + ["exit 18"],
    "cut-event clean at event 2": FEED[:4] + ['data: {"teexit 0'],
    "stall at event 1": FEED[:3] + ["exit 28"],
    "burst": FEED + ["exit 0"],
    "no-done": FEED[:6] + ["exit 0"],
}
REDIS = {
    "latency 1ms": ["hello"],
    "error-reply at message 1": ["ERR broken on purpose", ""],
    "cut-message at message 1": ["Error: Server closed the connection"],
}
ROWS = ["1|1", "2|2", "3|three", "4|4", "5|5"]
BY_ZERO = "ERROR:  division by zero"
# Message 17 describes the rows, which are messages 18 to 22.
PSQL = {
    "latency 1ms": [*ROWS, BY_ZERO, "after", "exit 0"],
    "error-reply at message 17": ["ERROR:  broken on purpose", BY_ZERO, "after", "exit 0"],
    'error-reply "40001 try again" at message 25': [*ROWS, "ERROR:  try again", "after", "exit 0"],
    # Psql does not count them, and shows none of those that nothing ends.
    "delete at message 21": [*ROWS[:3], ROWS[4], BY_ZERO, "after", "exit 0"],
    "delete at message 23": [BY_ZERO, "after", "exit 0"],
    "cut-message at message 21": [
        "server closed the connection unexpectedly",
        "\tThis probably means the server terminated abnormally",
        "\tbefore or while processing the request.",
        "connection to server was lost",
        "exit 2",
    ],
}
QUERIES = "-c \"SELECT n, CASE n WHEN 3 THEN 'three' ELSE n::text END FROM generate_series(1, 5) AS n\" -c 'SELECT 1/0' -c \"SELECT 'after'\""
ASK_POSTGRES = f'psql -XqAt -h 127.0.0.1 -p ${{RETAPE_URL##*:}} -U peer -d postgres {QUERIES} 2>&1; echo "exit $?"'
CURL = 'curl -sN -m 1 $RETAPE_URL/feed; echo "exit $?"'
REDIS_CLI = "exec redis-cli -p ${RETAPE_URL##*:} GET a 2>&1"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    tally = Tally("stream faults")
    for name, needs, cassette, command, rows in clients():
        for fault, expected in rows.items():
            what = f"{name}: {fault}"
            if arguments.only in what:
                missing = [f"{needs} is not here"] if not shutil.which(needs) else []
                tally.check(what, missing or play(cassette, fault, command, expected if isinstance(expected, tuple) else either(expected)))
    tally.finish()


def clients():
    python = [peers.PYTHON, "-X", "utf8"]
    yield "grpcio, one answer", peers.PYTHON, HERE / "unary.yaml", [*python, HERE / "call.py", "unary"], UNARY
    yield "grpcio, a stream", peers.PYTHON, HERE / "stream.yaml", [*python, HERE / "call.py", "stream"], STREAM
    yield "websockets", peers.PYTHON, HERE / "chat.yaml", [*python, HERE / "chat.py"], CHAT
    yield "curl", "curl", STREAMS, ["sh", "-c", CURL], on(1, EVENTS)
    yield "redis-cli", "redis-cli", STREAMS, ["sh", "-c", REDIS_CLI], on(3, REDIS)
    yield "psql", "psql", HERE / "postgres.yaml", ["env", "PGSSLMODE=disable", "sh", "-c", ASK_POSTGRES], PSQL


def on(exchange, rows):
    return {f"{fault} on {exchange}": expected for fault, expected in rows.items()}


def play(cassette, fault, command, expected):
    try:
        done = retape.run("replay", "--quiet", cassette, "--fault", fault, "--", *command)
    except subprocess.TimeoutExpired:
        return ["it does not end"]
    said = done.stdout.decode().removesuffix("\n").split("\n")
    told = done.stderr.decode()
    problems = [] if said in expected else [f"said {said}, not {' or '.join(map(str, expected))}; {told[-300:]}"]
    return problems + (["a fault hit nothing"] if "unused" in told or "hit nothing" in told else [])


if __name__ == "__main__":
    main()
