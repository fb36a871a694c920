"""Every kind of answer that breaks naive tools, as scenes for two raw sockets."""

from harness.scene import Await, Close, Drain, HalfClose, Pause, Reset, Scene, Send

END = b"\r\n\r\n"
GET = b"GET /%s HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n\r\n"


def get(path, *headers):
    extra = b"".join(header + b"\r\n" for header in headers)
    return b"GET /" + path + b" HTTP/1.1\r\nHost: {host}\r\n" + extra + b"\r\n"


def ask(method, path, body=b"", *headers):
    lines = [method + b" /" + path + b" HTTP/1.1", b"Host: {host}", *headers]
    return b"\r\n".join(lines) + END + body


def answer(body, *headers, status=b"200 OK"):
    lines = [b"HTTP/1.1 " + status, *headers, b"Content-Length: %d" % len(body)]
    return b"\r\n".join(lines) + END + body


def turns(*pairs):
    """Keep-alive: each request is answered before the next is sent; the client closes."""
    client, server = [], []
    for request, reply in pairs:
        client += [Send(request), Await(count=len(reply))]
        server += [Await(count=len(request.replace(b"{host}", b"127.0.0.1:12345"))), Send(reply)]
    return client + [HalfClose(), Drain()], server + [Drain()]


def talk(name, *pairs, **more):
    """A keep-alive conversation whose server finds each request by its end, whatever the length of the host."""
    client, _ = turns(*pairs)
    server = []
    for request, reply in pairs:
        _, _, body = request.partition(END)
        server += [Await(mark=END)] + ([Await(count=len(body))] if body else []) + [Send(reply)]
    return Scene(name, client, server + [Drain()], **more)


def once(name, request, replies, *ending, **more):
    """One request, an answer in pieces, and the server's way to end it."""
    pieces = [step for reply in replies for step in (Send(reply), Pause())]
    return Scene(name, [Send(request), Drain()], [Await(mark=END), *pieces, *ending], **more)


FIN = (HalfClose(), Drain())
RST = (Reset(), Close())
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
    b'5;name=value;quoted="a;b"\r\nhello\r\n',
    b"00A ; spaced\r\n, chunked \r\n",
    b"0;last\r\nX-Sum: abc\r\nx-folded: one\r\n  two\r\n\r\n",
)
ODD_HEAD = (
    b"HTTP/1.1 200\r\nServer:no-space\r\nX-Folded: one\r\n\ttwo\r\n   three\r\nX-Dup: 1\r\nx-dup: 2\r\nX-Empty:\r\n"
    b"X-Trailing: space  \t\r\nX-High: caf\xe9 \xff\r\ncontent-LENGTH:  3  \r\n\r\nodd"
)
BARE_LF = b"HTTP/1.1 200 OK\nX-Bare: line feeds\nContent-Length: 4\n\nbare"
NO_COLON = b"HTTP/1.1 200 OK\r\nthis line has no colon\r\nContent-Length: 2\r\n\r\nok"
BIG_HEAD = b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-Many-%d: %s\r\n" % (n, b"v" * 100) for n in range(500)) + b"Content-Length: 3\r\n\r\nbig"
EVERY_BYTE = bytes(range(256)) * 4096
UPLOAD = b"u" * 65536
CHUNKED_UPLOAD = b"3;ext=1\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nX-Trailer: yes\r\n\r\n"

SCENES = [
    talk("keep-alive", *[(get(b"%d" % n), answer(b"answer %d" % n)) for n in range(3)]),
    Scene(
        "pipelining, answers in one write",
        [Send(b"".join(get(b"p%d" % n) for n in range(4))), Drain()],
        [Await(mark=END), Await(mark=END), Await(mark=END), Await(mark=END), Send(b"".join(answer(b"pipelined %d" % n) for n in range(4))), *FIN],
    ),
    Scene(
        "pipelining, one answer at a time",
        [Send(b"".join(get(b"q%d" % n) for n in range(3))), Await(mark=b"slow 0"), Await(mark=b"slow 1"), Await(mark=b"slow 2"), HalfClose(), Drain()],
        [step for n in range(3) for step in (Await(mark=END), Pause(), Send(answer(b"slow %d" % n)))] + [Drain()],
    ),
    talk(
        "HEAD, 204 and 304 have no body",
        (ask(b"HEAD", b"head"), b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"),
        (get(b"none"), b"HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n"),
        (get(b"same", b'If-None-Match: "x"'), b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 77\r\n\r\n'),
        (ask(b"HEAD", b"chunked"), b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        (get(b"after"), answer(b"after all that")),
    ),
    once("102 and 103 before the answer", get(b"hints"), (b"HTTP/1.1 102 Processing\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", answer(b"final")), *FIN),
    once("interim and final in one write", get(b"hints"), (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer(b"final"),), *FIN),
    once("chunked with extensions and trailers", get(b"chunked"), CHUNKED, *FIN),
    talk("chunked on a kept connection", (get(b"c1"), b"".join(CHUNKED)), (get(b"c2"), answer(b"next"))),
    once("close-delimited", get(b"until-close"), (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nsome", b" and more", b" and end"), *FIN),
    once("HTTP/1.0", b"GET /old HTTP/1.0\r\n\r\n", (b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nold",), *FIN),
    once("HTTP/1.0 close-delimited", b"GET /old HTTP/1.0\r\n\r\n", (b"HTTP/1.0 200 OK\r\n\r\nold body",), *FIN),
    talk("odd but real head", (get(b"odd"), ODD_HEAD), (get(b"next"), answer(b"next"))),
    talk("bare line feeds", (get(b"bare"), BARE_LF), (get(b"next"), answer(b"next"))),
    talk("a header line without a colon", (get(b"colon"), NO_COLON), (get(b"next"), answer(b"next"))),
    talk("a head of 55 KB", (get(b"big-head"), BIG_HEAD), (get(b"next"), answer(b"next"))),
    talk("1 MiB of every byte", (get(b"bytes"), answer(EVERY_BYTE)), (get(b"next"), answer(b"next"))),
    talk("requests with bodies", (ask(b"POST", b"form", b"a=1&b=2", b"Content-Length: 7"), answer(b"posted")), (ask(b"PUT", b"put", UPLOAD, b"Content-Length: 65536"), answer(b"put"))),
    talk("a chunked request with trailers", (ask(b"POST", b"up", CHUNKED_UPLOAD, b"Transfer-Encoding: chunked"), answer(b"got it")), (get(b"next"), answer(b"next"))),
    Scene(
        "Expect: 100-continue, granted",
        [Send(ask(b"POST", b"expect", b"", b"Content-Length: 4", b"Expect: 100-continue")), Await(mark=END), Send(b"body"), Await(mark=b"granted"), HalfClose(), Drain()],
        [Await(mark=END), Send(b"HTTP/1.1 100 Continue\r\n\r\n"), Await(count=4), Send(answer(b"granted")), Drain()],
    ),
    Scene(
        "Expect: 100-continue, refused",
        [Send(ask(b"POST", b"expect", b"", b"Content-Length: 4", b"Expect: 100-continue")), Drain()],
        [Await(mark=END), Send(answer(b"no", b"Connection: close", status=b"417 Expectation Failed")), *FIN],
    ),
    Scene(
        "Upgrade, then raw bytes both ways",
        [Send(get(b"ws", b"Connection: Upgrade", b"Upgrade: echo")), Await(mark=b"hello"), Send(b"\x00\x01raw"), Await(mark=b"\x00\x01raw"), Send(b"bye"), Drain()],
        [Await(mark=END), Send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n\xffhello"), Await(count=5), Send(b"\x00\x01raw"), Await(count=3), *FIN],
    ),
    Scene(
        "CONNECT, then raw bytes both ways",
        [Send(b"CONNECT example.test:443 HTTP/1.1\r\nHost: example.test:443\r\n\r\n"), Await(mark=END), Send(b"\x16\x03\x01tls?"), Await(mark=b"\x15alert"), HalfClose(), Drain()],
        [Await(mark=END), Send(b"HTTP/1.1 200 Connection established\r\n\r\n"), Await(count=7), Send(b"\x15alert"), Drain()],
    ),
    once("CONNECT refused", b"CONNECT example.test:443 HTTP/1.1\r\nHost: example.test:443\r\n\r\n", (answer(b"no", b"Connection: close", status=b"403 Forbidden"),), *FIN),
    once("cut inside Content-Length", get(b"cut"), (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",), *FIN),
    once("cut inside a chunk", get(b"cut"), (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nonly this",), *FIN),
    once("cut inside the head", get(b"cut"), (b"HTTP/1.1 200 OK\r\nContent-Le",), *FIN),
    once("RST inside the body", get(b"rst"), (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",), *RST),
    once("RST after a whole answer", get(b"rst"), (answer(b"whole"),), *RST),
    once("RST without an answer", get(b"rst"), (), Pause(), *RST),
    once("FIN without an answer", get(b"fin"), (), *FIN),
    Scene(
        "413 before the body has come",
        [Send(ask(b"POST", b"large", UPLOAD, b"Content-Length: 1000000")), Drain()],
        [Await(mark=END), Send(answer(b"too large", b"Connection: close", status=b"413 Content Too Large")), *FIN],
        ragged=True,
    ),
    once("more bytes than Content-Length", get(b"surplus"), (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and then some",), *FIN),
    once("chunks that are not hexadecimal", get(b"bad"), (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nILLEGAL\r\nbbb\r\n",), *FIN),
    once("an answer that is no HTTP at all", get(b"nine"), (b"<html>HTTP/0.9</html>\n",), *FIN),
    once("a request that is no HTTP at all", b"\x00\x01\x02 hello?\r\n\r\n", (b"go away\n",), *FIN),
    Scene(
        "408 on an idle connection",
        [Send(get(b"first")), Await(mark=b"first!"), Drain()],
        [Await(mark=END), Send(answer(b"first!")), Pause(0.2), Send(answer(b"idle", b"Connection: close", status=b"408 Request Timeout")), *FIN],
    ),
    Scene("a client that half-closes after its request", [Send(get(b"half")), HalfClose(), Drain()], [Await(mark=END), Drain(), Send(answer(b"still answered")), *FIN]),
    talk("eight connections at once", *[(get(b"conn{n}-%d" % n), answer(b"same for all %d" % n)) for n in range(5)], connections=8),
]
