"""Other replay tools: mitmproxy and mountebank, installed under target/ from PyPI and npm."""

import json
import shutil
import subprocess
import sys

from bench import load, room
from harness import ports

INSTALL_SECONDS = 300
START_SECONDS = 60
VENV = room.TARGET / "mitmproxy"
NPM = room.TARGET / "mountebank"
# Nothing listens there: a replay must not reach for its origin.
NOWHERE = "http://127.0.0.1:1"

MAKE_FLOWS = """
import sys
from mitmproxy import http, io
from mitmproxy.test import tflow
exchanges, size, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
with open(path, "wb") as out:
    writer = io.FlowWriter(out)
    for n in range(exchanges):
        body = (f"{n} " * size)[:size].encode()
        request = http.Request.make("GET", f"http://127.0.0.1:1/{n}")
        response = http.Response.make(200, body, {"content-type": "text/plain", "content-length": str(size)})
        writer.add(tflow.tflow(req=request, resp=response))
"""


def install_mitmproxy():
    if not (VENV / "bin/mitmdump").exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True, timeout=INSTALL_SECONDS)
        subprocess.run([VENV / "bin/pip", "install", "-q", "--disable-pip-version-check", "mitmproxy"], check=True, timeout=INSTALL_SECONDS)


def install_mountebank():
    if not shutil.which("npm"):
        raise RuntimeError("npm is not installed")
    if not (NPM / "node_modules/.bin/mb").exists():
        NPM.mkdir(exist_ok=True)
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", NPM, "mountebank"]
        subprocess.run(command, check=True, timeout=INSTALL_SECONDS, capture_output=True)


def mitmproxy(place, exchanges, size):
    install_mitmproxy()
    flows, port = place / f"flows-{exchanges}", ports.any_port()
    subprocess.run([VENV / "bin/python", "-c", MAKE_FLOWS, str(exchanges), str(size), flows], check=True, timeout=INSTALL_SECONDS)
    options = ["server_replay_reuse=true", "server_replay_extra=kill", "connection_strategy=lazy", f"confdir={place}"]
    settings = [part for option in options for part in ("--set", option)]
    command = [VENV / "bin/mitmdump", "-q", "--mode", f"reverse:{NOWHERE}", "--listen-host", "127.0.0.1", "-p", port, "--server-replay", flows, *settings]
    return load.Contender(command, port, patience=START_SECONDS)


def mountebank(place, exchanges, size):
    install_mountebank()
    port, control = ports.any_port(), ports.any_port()
    stubs = [
        {
            "predicates": [{"equals": {"method": "GET", "path": f"/{n}"}}],
            "responses": [{"is": {"statusCode": 200, "headers": {"Content-Type": "text/plain", "Content-Length": size, "Connection": "Keep-Alive"}, "body": (f"{n} " * size)[:size]}}],
        }
        for n in range(exchanges)
    ]
    configuration = place / f"imposters-{exchanges}.json"
    configuration.write_text(json.dumps({"imposters": [{"port": port, "protocol": "http", "stubs": stubs}]}))
    command = [NPM / "node_modules/.bin/mb", "start", "--configfile", configuration, "--nologfile", "--loglevel", "error", "--port", control, "--localOnly", "--pidfile", place / "mb.pid"]
    return load.Contender(command, port, patience=START_SECONDS, cwd=place)
