#!/usr/bin/env python3
"""Captures: what other tools make of the same packets, and what a recorder makes of the same traffic.

usage: captures.py [--only TEXT] [--part corpus,tls] [--verbose]

The corpora are looked for beside the checkout, or where $CAPTURES_CORPUS says.
"""

import argparse
import collections

from harness import oracle
from harness.tally import Tally

PARTS = ("corpus", "tls")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="only what has this in its name")
    parser.add_argument("--part", default=",".join(PARTS))
    parser.add_argument("--verbose", action="store_true", help="every row, not only those that differ")
    arguments = parser.parse_args()
    tally = Tally("captures")
    corpus = oracle.corpus_path()
    for part in arguments.part.split(","):
        if corpus is None:
            tally.skip(part, f"no corpus at {oracle.CORPUS}; name it with CAPTURES_CORPUS")
        elif part == "corpus":
            reassembly(corpus, arguments, tally)
        elif part == "tls":
            decryption(corpus, arguments, tally)
    tally.finish()


def reassembly(corpus, arguments, tally):
    """Every stream of every capture, against two other reassemblers."""
    rows = by_file(oracle.tcp_rows(corpus), arguments.only)
    table = collections.Counter()
    for path, rows_of_file in rows.items():
        streams = found(corpus / "pcap" / path, path, tally)
        for row in rows_of_file if streams is not None else []:
            problems = oracle.problems_of(row, streams.get(row.stream))
            table[row.verdict, judge(row, problems, streams.get(row.stream), arguments, tally)] += 1
    print_table("TCP streams, by direction", table)


def judge(row, problems, stream, arguments, tally):
    name = f"{row.path} {row.stream} {row.source} ({row.verdict})"
    if row.verdict == "contested":
        why = explanation(row, problems, stream)
        tally.check(name, [] if why else problems, quiet=not arguments.verbose)
        return why or "unexplained"
    tally.check(name, problems, quiet=not arguments.verbose)
    return "differs" if problems else "the same"


def explanation(row, problems, stream):
    """Where the other tools disagree: whose side we are on, and by which rule."""
    if not problems:
        return "as tshark"
    return None


def decryption(corpus, arguments, tally):
    table = collections.Counter()
    for path, rows in by_file(oracle.tls_rows(corpus), arguments.only).items():
        capture = corpus / "tls" / path
        keys = capture.with_suffix(".keys")
        options = ["--keylog", keys] if keys.exists() else []
        streams = found(capture, path, tally, *options)
        for row in rows if streams is not None else []:
            problems = oracle.problems_of(row, streams.get(row.stream))
            tally.check(f"{path} {row.stream} {row.source}→{row.destination}", problems, quiet=not arguments.verbose)
            table["tls", "differs" if problems else "the same"] += 1
    print_table("TLS streams, by direction", table)


def by_file(rows, only):
    files = collections.defaultdict(list)
    for row in rows:
        if only in row.path:
            files[row.path].append(row)
    return files


def found(capture, name, tally, *options):
    try:
        return oracle.found_in(capture, *options)[0]
    except (RuntimeError, ValueError) as error:
        tally.fail(name, str(error))
        return None


def print_table(title, table):
    print(f"\n{title}")
    for (verdict, outcome), count in sorted(table.items()):
        print(f"  {verdict:10} {outcome:30} {count:6}")
    print(flush=True)


if __name__ == "__main__":
    main()
