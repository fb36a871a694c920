#!/usr/bin/env python3
"""Captures: what other tools make of the same packets, and what a recorder makes of the same traffic.

usage: captures.py [--only TEXT] [--part tcp,tls,twice] [--verbose]

tcp and tls need the corpora: beside the checkout, or where $CAPTURES_CORPUS says. twice needs tcpdump, and the right to capture.
"""

import argparse
import collections
import os
import pathlib
import shutil
import tempfile

import pairs
from harness import oracle, twice
from harness.certificate import Certificate
from harness.tally import Tally

PARTS = ("tcp", "tls", "twice")
# Clients that write their secrets where SSLKEYLOGFILE says, or need none.
TWICE = (
    "curl, HTTP/2 by proxy",
    "curl, HTTP/1.1 by proxy",
    "curl, HTTP/2 by SOCKS5",
    "curl, HTTP/2 by prior knowledge",
    "curl, upgrade to h2c",
    "nghttp, streams side by side",
    "requests by proxy",
    "Node http2 — Node http2",
    "Ruby net/http",
    "aiohttp by proxy",
    "grpcio — grpcio",
    "websockets — websockets",
    "openai SDK, streaming — a fake API",
    "redis-cli",
    "git clone — git daemon",
)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="only what has this in its name")
    parser.add_argument("--part", default=",".join(PARTS))
    parser.add_argument("--verbose", action="store_true", help="every row, not only those that differ")
    arguments = parser.parse_args()
    tally = Tally("captures")
    corpus = oracle.corpus_path()
    for part in arguments.part.split(","):
        if part == "twice":
            both_ways(arguments, tally)
        elif corpus is None:
            tally.skip(part, f"no corpus at {oracle.CORPUS}; name it with CAPTURES_CORPUS")
        else:
            {"tcp": reassembly, "tls": decryption}[part](corpus, arguments, tally)
    tally.finish()


def reassembly(corpus, arguments, tally):
    """Every stream of every capture, against two other reassemblers."""
    table = collections.Counter()
    for path, rows in by_file(oracle.tcp_rows(corpus), arguments.only).items():
        found = look(corpus / "pcap" / path, path, tally)
        for row in rows if found else []:
            streams, summary = found
            outcome, problems = oracle.judge(row, streams.get(row.stream), summary)
            tally.check(f"{row.path} {row.stream} {row.source} ({row.verdict})", problems, quiet=not arguments.verbose)
            table[row.verdict, outcome] += 1
    print_table("TCP streams, by direction", table)


def decryption(corpus, arguments, tally):
    """Every stream of the captures that have their secrets with them, against tshark."""
    table = collections.Counter()
    for path, rows in by_file(oracle.tls_rows(corpus), arguments.only).items():
        capture = corpus / "tls" / path
        keys = capture.with_suffix(".keys")
        found = look(capture, path, tally, *(["--keylog", keys] if keys.exists() else []))
        for row in rows if found else []:
            problems = oracle.decrypted_differently(row, found[0].get(row.stream))
            tally.check(f"{path} {row.stream} {row.source}→{row.destination}", problems, quiet=not arguments.verbose)
            table["tls", "differs" if problems else "the same"] += 1
    print_table("TLS streams, by direction", table)


def both_ways(arguments, tally):
    """Pairs of clients and servers, recorded and captured at once."""
    if not shutil.which("tcpdump") or os.geteuid() != 0:
        return tally.skip("twice", "tcpdump is not here, or not allowed")
    with tempfile.TemporaryDirectory(prefix="retape-twice-") as room:
        room = pathlib.Path(room)
        certificate = Certificate(room)
        chosen = [each for each in pairs.pairs(certificate) if each.name.startswith(TWICE) and arguments.only in each.name]
        for number, each in enumerate(chosen):
            if missing := [program for program in each.needs if not shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin")]:
                tally.skip(each.name, f"no {' or '.join(missing)} here")
            else:
                play(each, room / str(number), certificate, tally)


def play(each, room, certificate, tally):
    room.mkdir()
    try:
        problems = twice.play(each, room, certificate)
    except (OSError, RuntimeError, ValueError) as error:
        problems = [repr(error)]
    tally.check(f"live and captured: {each.name}", problems)


def by_file(rows, only):
    files = collections.defaultdict(list)
    for row in rows:
        if only in row.path:
            files[row.path].append(row)
    return files


def look(capture, name, tally, *options):
    try:
        return oracle.found_in(capture, *options)
    except (RuntimeError, ValueError) as error:
        return tally.fail(name, str(error))


def print_table(title, table):
    print(f"\n{title}")
    for (verdict, outcome), count in sorted(table.items()):
        print(f"  {verdict:10} {outcome:60} {count:6}")
    print(flush=True)


if __name__ == "__main__":
    main()
