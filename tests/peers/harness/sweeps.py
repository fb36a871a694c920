"""Reports of sweeps, as `retape sweep --report json` writes them, with what a hostile client could leave in them."""

HOSTILE = "</pre></details><script>document.title='injected'</script><img src=x onerror=\"alert('injected')\"><style>*{display:none}</style>\x1b[31m\u202e&amp;\"'"
EXITS = {"tolerated": {"code": 0}, "reported": {"code": 1}, "hung": "deadline", "crashed": {"signal": 11}, "fooled": {"code": 0}, "unreached": {"code": 0}}
POINTS = ("byte 0", "status-line", "header 1", "header 2", "after-headers", "chunk 1", "body 50%", "byte 812", "chunk 2", "end")
FIELDS = ("json $.items[0].id", "json $.items[0].address.city", "json $.total")
WHOLE = ("status 503", "status 429 retry-after 2", "content-length short 5", "wrong-exchange", "latency 250ms", "huge-header 65536")


def result(kind, exchange, point, attempts, outcome):
    sentence = kind + (f" at {point}" if point else "") + f" on {exchange}" + (" once" if attempts == "once" else "")
    return {
        "number": 0, "id": sentence, "exchange": exchange, "connection": None, "kind": kind.split()[0], "point": point, "attempts": attempts,
        "outcome": outcome, "exit": EXITS[outcome], "duration_ms": 41, "applied": int(outcome != "unreached"),
        "stdout": clip("7 users\n"), "stderr": clip(HOSTILE if outcome in ("crashed", "fooled") else ""),
        "differs": [{"what": "stdout", "expected": "7 users\n", "actual": HOSTILE}] if outcome == "fooled" else [],
        "timeline": [moment(0.2, "request", 58, "GET /users"), moment(1.4, "answer", 812, HOSTILE), moment(1.5, "fault", 0, sentence), moment(9.0, "close", 0, "")],
        "known": False,
    }  # fmt: skip


def mixed():
    """Every outcome, every sort of point, hostile text everywhere."""
    results = []
    for exchange in (1, 2, 3):
        for kind in ("close", "reset drop", "stall for 2s", "flip"):
            for attempts in ("once", "sticky"):
                results += [result(kind, exchange, point, attempts, outcome_at(kind, point, attempts)) for point in POINTS]
        results += [result(kind, exchange, field, "sticky", "crashed" if kind == "null" else "reported") for kind in ("remove", "null") for field in FIELDS]
        results += [result(kind, exchange, None, attempts, "tolerated") for kind in WHOLE for attempts in ("once", "sticky")]
    results += [{**result("refuse", 1, None, "sticky", "unreached"), "exchange": None, "connection": 2, "id": "refuse on connection 2"}]
    results += [result(f'insert "{HOSTILE}"'.replace(" ", "_"), 3, "end", "once", "tolerated")]
    results[7]["known"] = True
    return report(results, "api.cassette " + HOSTILE)


def every_byte(points):
    """As many points as asked for: an every-byte plan."""
    kinds = ("close", "reset", "stall", "flip")
    outcome = lambda at: ("fooled", "tolerated", "reported")[(at % 97 > 0) + (at % 7 > 2) * (at % 97 > 0)]  # noqa: E731
    return report([result(kinds[at % 4], 1, f"byte {at // 4}", "sticky", outcome(at // 4)) for at in range(points)], "large.cassette")


def outcome_at(kind, point, attempts):
    if kind == "close" and point in ("body 50%", "byte 812"):
        return "fooled"
    if kind.startswith("stall") and point == "chunk 1":
        return "hung"
    return "tolerated" if attempts == "once" or point == "end" else "reported"


def report(results, cassette):
    for number, each in enumerate(results, 1):
        each["number"] = number
    return {
        "format": 1, "cassette": cassette, "exchanges": [{"number": n, "title": f"GET /users/{n} → 200 {HOSTILE if n == 3 else ''}"} for n in (1, 2, 3)],
        "command": ["./client", "--name", "it's me", HOSTILE], "plan": "standard", "seed": 7, "options": ["--timeout", "5s"], "shard": None,
        "started_unix_ms": 1_790_000_000_000, "duration_ms": 48_321,
        "baseline": {"exit": {"code": 0}, "requests": 3, "duration_ms": 38, "unstable": ["stderr"]}, "planned": len(results) + 1, "results": results,
    }  # fmt: skip


def clip(text):
    return {"text": text, "total_bytes": len(text.encode())}


def moment(at, event, size, preview):
    return {"at_ms": at, "connection": 1, "event": event, "bytes": size, "preview": preview}
