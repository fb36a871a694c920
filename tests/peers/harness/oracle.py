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


# Where other tools have reasons of their own.
EXPLAINED = {
    "zeek+zeek/testing/btest/Traces/ipv4/fragmented-4.pcap": "overlapping IP fragments: the first bytes count",
}


def judge(row, stream, summary):
    """What came of comparing a row with our stream: a short outcome, and what is wrong; nothing if it is as stated."""
    ours = direction_of(row, stream) if stream else None
    if ours is None and row.verdict == "empty" and not end(row.source) and not end(row.destination):
        return "no endpoints by tshark, nothing to compare", []
    if ours is None:
        return missing(row, summary)
    same = (ours["bytes"], ours["sha256"]) == (row.bytes, row.sha256)
    # Tools list holes between bytes; here, what a packet was cut by, or another side acknowledged, is a hole at the end, too.
    inner = [gap for gap in ours["gaps"] if row.verdict == "contested" or gap[0] < length(ours)]
    if same and inner == row.gaps:
        return ("the same" if ours["gaps"] == row.gaps else "the same, with a gap after the last byte"), []
    problems = differences(ours["bytes"], ours["sha256"], row)
    if row.verdict != "contested":
        return "differs", [*problems, f"gaps {ours['gaps'][:6]}, expected {row.gaps[:6]}"]
    return explained(row, ours, same) or ("unexplained", problems)


def explained(row, ours, same):
    """Where the other tools disagree: how ours comes about, by the stated policy."""
    if same:
        return "as tshark, and what packets were cut by is told as gaps", []
    if ours["gaps"] and ours["gaps"][0][0] == row.bytes:
        return "as tshark up to a hole, and what follows it is kept", []
    if ours["contested"]:
        return "bytes came twice and differ: the first ones count", []
    return (EXPLAINED[row.path], []) if row.path in EXPLAINED else None


def missing(row, summary):
    """A stream that tshark counts: of packets that hold no whole TCP header, or on a link that is not read. Told as lost, or not TCP."""
    if summary["skipped"] and row.verdict in ("empty", "contested"):
        return "no TCP to be read in it: counted as skipped", []
    return "missing", [f"stream {row.stream} is not there"]


def length(ours):
    """How far the last byte is from the first, holes included."""
    end = ours["bytes"]
    for offset, size in ours["gaps"]:
        end += size if offset < end else 0
    return end


def decrypted_differently(row, stream):
    """How what we decrypted differs from what tshark did."""
    ours = direction_of(row, stream) if stream else None
    if ours is None:
        return [f"stream {row.stream} is not there"]
    decrypted = ours["decrypted"] or {"bytes": 0, "sha256": None}
    return differences(decrypted["bytes"], decrypted["sha256"], row) if row.bytes or decrypted["bytes"] else []


def differences(count, sha256, row):
    if count != row.bytes:
        return [f"{count} bytes, expected {row.bytes}"]
    return [f"other bytes, as many: {sha256}"] if sha256 != row.sha256 else []
