"""What independent tools say about captures: rows of expected streams, and what `retape import --list` finds."""

import csv
import dataclasses
import ipaddress
import json
import os
import pathlib

from harness import retape

CHECKOUT = pathlib.Path(__file__).resolve().parents[3]
CORPUS = CHECKOUT.parent / "shared/corpus"


@dataclasses.dataclass
class Row:
    """One direction of one stream, as two other reassemblers, or tshark's TLS dissector, see it."""

    path: str
    stream: int
    source: str
    destination: str
    bytes: int
    sha256: str
    gaps: list
    verdict: str  # gold, gap, contested, empty, tls


def corpus_path():
    """Where the corpora are, or None."""
    path = pathlib.Path(os.environ.get("CAPTURES_CORPUS") or CORPUS)
    return path if (path / "pcap/streams.tsv").is_file() else None


def tcp_rows(corpus):
    with open(corpus / "pcap/streams.tsv", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            gaps = [] if row["gaplist(offset:len)"] in ("-", "") else [[int(part) for part in gap.split(":")] for gap in row["gaplist(offset:len)"].split(";")]
            yield Row(row["path"], int(row["stream"]), row["src"], row["dst"], int(row["bytes"]), row["sha256_data"], gaps, row["verdict"])


def tls_rows(corpus):
    with open(corpus / "tls/streams.tsv", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            yield Row(pathlib.Path(row["path"]).name, int(row["stream"]), row["src"], row["dst"], int(row["bytes"]), row["sha256_data"], [], "tls")


def found_in(capture, *options, timeout=120):
    """The streams of a capture by number, and the summary."""
    done = retape.run("import", capture, "--list", "--digest", "--format", "json", "--quiet", *options, timeout=timeout)
    if done.returncode != 0:
        raise RuntimeError(f"exit {done.returncode}: {done.stderr.decode(errors='replace').strip()[-300:]}")
    listed = json.loads(done.stdout)
    return {stream["stream"]: stream for stream in listed["streams"]}, listed["summary"]


def direction_of(row, stream):
    """Ours, for the row's. The rows of the TLS corpus leave out the server's address."""
    if same_end(row.source, stream["client"]) or same_end(row.destination, stream["server"]):
        return stream["to_server"]
    if same_end(row.source, stream["server"]) or same_end(row.destination, stream["client"]):
        return stream["to_client"]
    return None


def same_end(text, other):
    return end(text) == end(other) and end(text) is not None


def end(text):
    host, _, port = text.rpartition(":")
    host = host.strip("[]")
    return (ipaddress.ip_address(host), int(port)) if host else None


def problems_of(row, stream):
    """How what we found differs from what a row says; empty if it does not."""
    ours = direction_of(row, stream) if stream else None
    if ours is None:
        return [f"stream {row.stream} is not there"]
    if row.verdict == "tls":
        decrypted = ours["decrypted"] or {"bytes": 0, "sha256": None}
        return differences(decrypted["bytes"], decrypted["sha256"], row) if row.bytes or decrypted["bytes"] else []
    problems = differences(ours["bytes"], ours["sha256"], row)
    if ours["gaps"] != row.gaps:
        problems.append(f"gaps {ours['gaps'][:5]}, expected {row.gaps[:5]}")
    return problems


def differences(count, sha256, row):
    if count != row.bytes:
        return [f"{count} bytes, expected {row.bytes}"]
    return [f"other bytes, as many: {sha256}"] if sha256 != row.sha256 else []
