"""The same traffic twice: recorded by retape standing in between, and imported from a capture of its client's side."""

import base64
import collections
import dataclasses
import json
import shutil

from harness import oracle, pair, ports, retape, sniffer

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
FRAME_HEAD = 9
RST_STREAM = b"\x03"
WINDOW_UPDATE = b"\x08"


def play(each, room, certificate):
    """What is wrong with this pair, in words."""
    live, imported, capture, keys = (room / name for name in ("live.cassette", "imported.cassette", "capture.pcap", "keys.log"))
    keys.touch()
    port = ports.any_port()
    each = dataclasses.replace(each, environment={**each.environment, "SSLKEYLOGFILE": str(keys)})
    with each.server(room) as server:
        url = f"{each.scheme}://{each.host}:{server.port}"
        arguments = [*pair.record_arguments(each, url, live, certificate), "--listen", f"127.0.0.1:{port}"]
        with sniffer.Sniffer(capture, port):
            recorded = pair.run_by(each, "record", arguments, url, room)
    problems = [f"while recording: {problem}" for problem in pair.complaints(each, recorded)]
    done = retape.run("import", capture, "-o", imported, "--strict", "--keylog", keys)
    if done.returncode:
        problems.append(f"import: {pair.text(done)}")
    problems += differences(contents(live), contents(imported)) + by_tshark(capture, keys)
    replayed = pair.run_by(without_proxy(each), "replay", [imported, *each.options], url, room)
    return problems + pair.differences(recorded, replayed, "in replay of what was imported")


def without_proxy(each):
    """What is imported is replayed for clients by proxy, too; one that is pointed at retape itself must not come by it."""
    if each.way == "proxy":
        return each
    names = [spelled for name in ("http_proxy", "https_proxy", "all_proxy") for spelled in (name, name.upper())]
    forget = [part for name in names for part in ("-u", name)]
    return dataclasses.replace(each, client=lambda url, room: ["env", *forget, *each.client(url, room)])


def contents(cassette):
    """Every exchange by what was said, and how often: kinds, requests, and the bytes of both directions."""
    exchanges, late = {}, []
    for listed in json.loads(retape.run("show", cassette, "--format", "json").stdout)["exchanges"]:
        shown = json.loads(retape.run("show", cassette, listed["number"], "--format", "json").stdout)
        said = {"client": b"", "server": b""}
        for chunk in shown["chunks"]:
            said[chunk["by"]] += plain(chunk["bytes"])
        if shown["stream"] is not None or shown["protocol"].startswith("http/2"):
            said = {side: of_the_connection(data, listed, side, late) if shown["stream"] is None else of_the_stream(data) for side, data in said.items()}
        exchanges[listed["connection"], shown["stream"], listed["number"]] = shown["protocol"], shown["stream"], said
    bring_home(late, exchanges)
    return collections.Counter((protocol, stream, said["client"], said["server"]) for protocol, stream, said in exchanges.values())


def of_the_stream(data):
    """Without WINDOW_UPDATE: one that crosses a stream's end on its way belongs to the stream or no more, as it is seen from here or there."""
    return b"".join(frame for frame in frames(data) if frame[3:4] != WINDOW_UPDATE)


def of_the_connection(data, listed, side, late):
    """What concerns the connection. Frames of streams that were over cross their stream's reset on the way, and stand with the stream where it is
    seen from the other end: they go to `late`."""
    start = len(PREFACE) if data.startswith(PREFACE) else 0
    kept = data[:start]
    for frame in frames(data[start:]):
        stream = int.from_bytes(frame[5:9], "big") & 0x7FFFFFFF
        if frame[3:4] == WINDOW_UPDATE:
            continue
        if stream:
            late.append((listed["connection"], stream, side, frame))
        else:
            kept += frame
    return kept


def bring_home(late, exchanges):
    """Appends each late frame to the stream that it names; or to its connection where there is none, as with a PRIORITY for a stream never used."""
    for connection, stream, side, frame in late:
        homes = {name: said for (of, name, _), (_, _, said) in exchanges.items() if of == connection}
        homes.get(stream, homes[None])[side] += frame


def frames(data):
    """HTTP/2's frames, the last one as far as it goes."""
    start = 0
    while start < len(data):
        end = start + FRAME_HEAD + int.from_bytes(data[start : start + 3], "big")
        yield data[start:end]
        start = end


def plain(content):
    return base64.b64decode(content["base64"]) if isinstance(content, dict) else content.encode()


def differences(live, imported):
    missing, surplus = live - imported, imported - live
    for said in list(missing.elements()):
        heard = next((heard for heard in surplus.elements() if is_cut_short(said, heard)), None)
        if heard:
            missing -= collections.Counter([said])
            surplus -= collections.Counter([heard])
    describe = lambda exchange: f"{exchange[0]} {exchange[2][:60]!r}, {len(exchange[2])} bytes sent, {len(exchange[3])} got"
    return [f"only live: {describe(exchange)}" for exchange in missing] + [f"only captured: {describe(exchange)}" for exchange in surplus]


def is_cut_short(said, heard):
    """A client that has left does not hear what the recorder still heard: the server's last words to the connection as a whole, PING or GOAWAY,
    and the frames of a stream that the client had reset."""
    may_be = said[0] == "http/2-control" or is_reset(said[2])
    return may_be and said[:3] == heard[:3] and said[3].startswith(heard[3])


def is_reset(asked):
    """Whether its client reset this stream."""
    return any(frame[3:4] == RST_STREAM for frame in frames(asked))


def by_tshark(capture, keys):
    """How our streams differ from tshark's, as on the wire and as decrypted."""
    if not shutil.which("tshark"):
        return []
    streams, _ = oracle.found_in(capture, "--keylog", keys)
    problems = []
    for name, secrets, of in (("on the wire", None, lambda way: way["sha256"]), ("decrypted", keys, lambda way: way["decrypted"]["sha256"])):
        ours = {number: [of(stream["to_server"]), of(stream["to_client"])] for number, stream in streams.items() if secrets is None or stream["to_server"]["decrypted"]}
        theirs = sniffer.tshark_digests(capture, ours, secrets)
        # In a proxy's tunnel, tshark takes the other side for the client.
        problems += [f"stream {number} {name} is not what tshark finds" for number in ours if sorted(ours[number]) != sorted(theirs[number])]
    return problems
