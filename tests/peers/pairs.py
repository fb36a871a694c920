#!/usr/bin/env python3
"""Real clients with real servers, in the protocols of today: direct, recorded, and replayed with the server gone, the client prints the same.

usage: pairs.py [--only TEXT] [--direct] [--list]
"""

import argparse
import os
import pathlib
import shutil
import sys
import tempfile

from harness import pair, peers
from harness.certificate import Certificate
from harness.pair import Pair
from harness.tally import Tally

PYTHON = os.environ.get("PEERS_PYTHON", sys.executable)
CLIENTS = pathlib.Path(__file__).resolve().parent / "pairs/clients"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="only what has this in its name")
    parser.add_argument("--direct", action="store_true", help="without retape: does the pair itself hold together?")
    parser.add_argument("--list", action="store_true")
    arguments = parser.parse_args()
    tally = Tally("pairs")
    with tempfile.TemporaryDirectory(prefix="retape-pairs-") as room:
        room = pathlib.Path(room)
        certificate = Certificate(room)
        for number, each in enumerate(each for each in pairs(certificate) if arguments.only in each.name):
            if arguments.list:
                print(each.name)
            elif missing := [program for program in each.needs if not shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin")]:
                tally.skip(each.name, f"no {' or '.join(missing)} here")
            else:
                judge(each, room / str(number), certificate, arguments.direct, tally)
    return None if arguments.list else tally.finish()


def judge(each, room, certificate, direct, tally):
    room.mkdir()
    try:
        problems = alone(each, room, certificate) if direct else pair.play(each, room, certificate)
    except (OSError, RuntimeError, ValueError) as error:
        problems = [repr(error)]
    tally.check(each.name, problems)


def alone(each, room, certificate):
    """The client prints the same twice."""
    with each.server(room) as server:
        url = f"{each.scheme}://{each.host}:{server.port}"
        first, second = (pair.run_direct(each, url, room, certificate) for _ in range(2))
    return pair.complaints(each, first) + pair.differences(pair.timeless(first), pair.timeless(second), "a second time")


def pairs(certificate):
    return [*http(certificate), *streams(certificate), *tools(certificate), *raw()]


def http(certificate):
    nginx, nginx_h2 = peers.nginx(certificate), peers.nginx(certificate, "ssl http2")
    node, plain_node = peers.node("node_http2.mjs", certificate), peers.node("node_http2.mjs")
    return [
        Pair("curl, HTTP/2 by proxy — nginx", nginx_h2, curl("--http2", "/small.txt", "/big.bin", "/missing"), needs=("nginx",), expect=("HTTP/2 200", "HTTP/2 404")),
        Pair("curl, HTTP/1.1 by proxy — nginx", nginx, curl("--http1.1", "/small.txt", "/big.bin", "/missing"), needs=("nginx",), expect=("HTTP/1.1 200",)),
        Pair("curl, HTTP/2 by SOCKS5 — nginx", nginx_h2, curl_socks, needs=("nginx",), expect=("HTTP/2 200",)),
        Pair("curl, HTTP/2 to retape itself — nginx", nginx_h2, curl_each("--http2-prior-knowledge", "/small.txt", "/big.bin"), way="direct", needs=("nginx",), expect=("HTTP/2 200",)),
        Pair("curl, HTTP/2 by prior knowledge — nghttpd", peers.nghttpd, curl_each("--http2-prior-knowledge", "/small.txt", "/big.bin", "/missing"), "http", "direct", needs=("nghttpd",), expect=("HTTP/2 200",)),
        Pair("curl, upgrade to h2c — hypercorn", peers.hypercorn, curl_each("--http2", "/text", "/missing"), "http", "direct", expect=("HTTP/1.1 101", "HTTP/2 200")),
        Pair("curl, HTTP/2 by prior knowledge — hyper", peers.hyper, curl_each("--http2-prior-knowledge", "/text", "/big", "/trailers", "/missing"), "http", "direct", needs=("cargo",), expect=("HTTP/2 200", "HTTP/2 404")),
        Pair("curl, HTTP/1.1 by proxy — hyper", peers.hyper, curl("--http1.1", "/text", "/big", "/missing"), "http", needs=("cargo",), expect=("HTTP/1.1 200",)),
        Pair("Node http2 — hyper", peers.hyper, script("node", "node_http2.mjs"), "http", "direct", needs=("cargo", "node"), expect=("hyper, still",)),
        Pair("nghttp, streams side by side — nghttpd", peers.nghttpd, nghttp, "http", "direct", needs=("nghttp", "nghttpd")),
        Pair("httpx, HTTP/2 by proxy — Node http2", node, python("httpx_client.py"), expect=("HTTP/2",)),
        Pair("requests by proxy — nginx", nginx, python("requests_client.py"), needs=("nginx",)),
        Pair("Node fetch by proxy — Node", node, script("node", "node_fetch.mjs"), needs=("node",)),
        Pair("Node http2 — Node http2", plain_node, script("node", "node_http2.mjs"), "http", "direct", needs=("node",)),
        Pair("Java HttpClient, HTTP/2 by proxy — Node http2", node, java, needs=("java",), expect=("HTTP_2",)),
        Pair("Go net/http — nginx", nginx, script_of("go", "run", CLIENTS / "client.go"), way="direct", needs=("go", "nginx"), environment=go_environment()),
        Pair("Ruby net/http — nginx", nginx, script("ruby", "client.rb"), way="direct", needs=("ruby", "nginx")),
        Pair("wget by proxy — nginx", nginx, wget, needs=("wget", "nginx")),
        Pair("Chromium, a page with assets by proxy — nginx", nginx_h2, chromium, needs=("chromium", "certutil", "nginx"), expect=("script got 7",)),
    ]


def streams(certificate):
    llm = peers.python("llm_server.py", certificate)
    return [
        Pair("aiohttp by proxy — aiohttp", peers.python("aiohttp_server.py", certificate), python("aiohttp_client.py")),
        Pair("grpcio — grpcio", peers.python("grpc_server.py"), python("grpc_client.py"), "http", "direct"),
        Pair("grpcio by proxy — grpcio, TLS", peers.python("grpc_server.py", certificate), python("grpc_client.py")),
        Pair("websockets — websockets", peers.python("websocket_server.py"), python("websocket_client.py"), "http", "direct"),
        Pair("websockets by proxy — websockets, TLS", peers.python("websocket_server.py", certificate), python("websocket_client.py")),
        Pair("h2 with wsproto, WebSocket over HTTP/2 — hypercorn", peers.hypercorn, python("h2_websocket_client.py"), "http", "direct", expect=("opened 200 deflated", "closed 4001 enough")),
        Pair("Node http2, WebSocket over HTTP/2 — Node http2", peers.node("node_http2.mjs"), script("node", "node_http2_websocket.mjs"), "http", "direct", needs=("node",), expect=("closed 1000",)),
        Pair("openai SDK, streaming, by proxy — a fake API", llm, python("openai_client.py"), expect=("byte",)),
        Pair("anthropic SDK, streaming, by proxy — a fake API", llm, python("anthropic_client.py"), expect=("byte",)),
        Pair("openai SDK, streaming — a fake API", peers.python("llm_server.py"), python("openai_client.py"), "http", "direct", expect=("byte",)),
    ]


def tools(certificate):
    return [
        Pair("git clone over HTTPS by proxy — git http-backend", peers.git_http(certificate), git_clone("project.git"), needs=("git",), expect=("commit 2",)),
        Pair("pip by proxy — a package index", peers.package_index(certificate), pip, expect=("installed offline",)),
    ]


def raw():
    return [
        Pair("redis-cli — Redis", peers.redis, redis_cli, "tcp", "direct", host="127.0.0.1", needs=("redis-cli", "redis-server"), expect=("OK", "PONG")),
        Pair("git clone — git daemon", peers.git_daemon, git_clone("project.git", "git"), "tcp", "direct", host="127.0.0.1", needs=("git",), expect=("commit 2",)),
        *([Pair("psql — PostgreSQL", peers.postgres, psql, "tcp", "direct", host="127.0.0.1", needs=("psql",), expect=("three",))] if peers.postgres_binaries() else []),
    ]


def python(name):
    return script_of(PYTHON, CLIENTS / name)


def script(interpreter, name):
    return script_of(interpreter, CLIENTS / name)


def script_of(*command):
    return lambda url, _room: [*command, url]


def curl(version, *paths):
    def command(url, _room):
        each = ["-sS", "-i", "--suppress-connect-headers", version]
        return ["curl", "-q", *(part for number, path in enumerate(paths) for part in (["--next"] if number else []) + [*each, url + path])]

    return command


def curl_each(version, *paths):
    """A process for each: this curl fails on a second request of a connection by prior knowledge, directly too."""

    def command(url, _room):
        return ["sh", "-c", "; ".join(f'curl -q -sS -i {version} "$0{path}"' for path in paths), url]

    return command


def curl_socks(url, _room):
    """By SOCKS where retape is the proxy of the environment; it takes both on one port."""
    return ["sh", "-c", f'exec curl -q -sS -i --http2 ${{https_proxy:+--proxy "socks5h://${{https_proxy#*://}}"}} {url}/small.txt {url}/missing']


def nghttp(url, _room):
    return ["nghttp", "--no-dep", *(url + path for path in ("/small.txt", "/page.html", "/missing", "/empty.txt"))]


def java(url, _room):
    return ["java", CLIENTS / "Client.java", url]


def go_environment():
    return {"GOCACHE": os.path.join(tempfile.gettempdir(), "retape-go-cache"), "GOFLAGS": "-mod=mod", "GO111MODULE": "off"}


def wget(url, _room):
    return ["wget", "-q", "-O", "-", url + "/small.txt", url + "/page.html"]


def chromium(url, room):
    """With a home of its own, where its certificate store trusts what the environment trusts."""
    return ["sh", CLIENTS / "chromium.sh", url + "/page.html", room]


def git_clone(path, scheme=None):
    def command(url, room):
        return ["sh", CLIENTS / "git_clone.sh", f"{url}/{path}", room, scheme or "https"]

    return command


def pip(url, room):
    return ["sh", CLIENTS / "pip.sh", PYTHON, url, room]


def redis_cli(url, _room):
    return ["sh", CLIENTS / "redis.sh", url]


def psql(url, _room):
    return ["sh", CLIENTS / "psql.sh", url]


if __name__ == "__main__":
    main()
