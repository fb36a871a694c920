"""Cassettes as a person would write them: a corpus case in the text form, each message as it is on the wire."""

import json
import re

from harness import corpus
from harness.restore import sent

# Shown in a block of text as it is: no blank at the end, nothing but ASCII.
PLAIN_LINE = re.compile(r"[!-~]([ -~]*[!-~])?")
TUNNEL = re.compile(rb"HTTP/1\.\d 2")


def cassette(case):
    """The case as YAML text: one connection until the server closes it, then the next."""
    lines = ["retape: 1", "exchanges:"]
    connection = 1
    for index, (step, tail) in enumerate(exchanges(case)):
        lines += exchange(step, tail, connection)
        if ends_connection(step):
            lines.append("  end: server closes")
            connection += 1
    return "\n".join(lines) + "\n"


def exchanges(case):
    """Steps, each with those that travel inside the tunnel that it opened."""
    steps = list(case.steps)
    while steps:
        step = steps.pop(0)
        tail = []
        if step.request.startswith(b"CONNECT ") and TUNNEL.match(step.reply):
            tail, steps = steps, []
        yield step, tail


def ends_connection(step):
    return step.close and not step.request.startswith(b"CONNECT ")


def exchange(step, tail, connection):
    if step.request.startswith(b"PROXY "):
        return [f"- connection: {connection}", "  raw:", f"  - client: {quoted(step.request)}", f"  - server: {quoted(step.reply)}"]
    lines = [f"- connection: {connection}", *request(sent(step.request))]
    lines += ["  response:", f"    raw: {quoted(step.reply)}"]
    if tail:
        lines.append("  then:")
        for inner in tail:
            lines += [f"  - client: {quoted(sent(inner.request))}", f"  - server: {quoted(inner.reply)}"]
    return lines


def request(data):
    """A plain head as a block of text, as a person writes it; anything else, a head whose body never came included, by its bytes."""
    lines = data.decode("ascii", "replace").split("\r\n")
    whole = lines[-2:] == ["", ""] and not any(line.startswith("Content-Length: ") for line in lines)
    if whole and all(PLAIN_LINE.fullmatch(line) for line in lines[:-2]):
        return ["  request: |", *("    " + line for line in lines[:-2])]
    return ["  request:", f"    raw: {quoted(data)}"]


def quoted(data):
    """A string in YAML's double quotes, or base64 for what is no text."""
    try:
        return json.dumps(data.decode("ascii"))
    except UnicodeDecodeError:
        return "!!binary " + corpus.base64.b64encode(data).decode()


def rules(case):
    """A `retape.toml` only where curl's own test leaves something out of the comparison."""
    headers = set()
    for pattern in case.strip:
        if pattern.pattern.startswith(b"^Authorization"):
            headers.add("authorization")
    for pattern, _ in case.rewrite:
        if pattern.pattern.startswith(b"^Accept-Encoding"):
            headers.add("accept-encoding")
    if not headers:
        return ""
    return "[verify.headers]\n" + "".join(f'{name} = "note"\n' for name in sorted(headers))
