"""Real servers, started on loopback: nginx (static files and proxy), Python's `http.server`, Node's `http`."""

import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

from harness import ports

HERE = pathlib.Path(__file__).resolve().parents[1]
START_SECONDS = 30
# Fixed, so that `Last-Modified` and ETags are the same on every run.
FILE_TIME = 1_000_000_000

NGINX = """
daemon off; master_process off; pid {room}/nginx.pid; error_log {room}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; default_type text/plain; keepalive_requests 100000;
  client_body_temp_path {room}/body; proxy_temp_path {room}/proxy; fastcgi_temp_path {room}/f; uwsgi_temp_path {room}/u; scgi_temp_path {room}/s;
  server {{
    listen 127.0.0.1:{port};
    root {room}/files;
    location /node/ {{ proxy_pass http://127.0.0.1:{upstream}/; proxy_http_version 1.1; }}
  }}
}}
"""


def write_files(room):
    """What the file servers serve."""
    files = room / "files"
    files.mkdir(parents=True, exist_ok=True)
    contents = {"small.txt": b"a small file\n", "empty.txt": b"", "page.html": b"<!doctype html><title>t</title>\n", "big.bin": bytes(range(256)) * 8192}
    for name, data in contents.items():
        (files / name).write_bytes(data)
        os.utime(files / name, (FILE_TIME, FILE_TIME))
    return files


class Server:
    """A server process; `port` is where it listens."""

    def __init__(self, command, port, cwd=None, **more):
        self.process = subprocess.Popen(command, cwd=cwd, stderr=subprocess.DEVNULL, **more)
        self.port = port or int(self.process.stdout.readline())
        wait_until_listening(self.port, self.process)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


def node(_room):
    return Server(["node", str(HERE / "servers/node_server.mjs")], None, stdout=subprocess.PIPE)


def python(room):
    port = ports.any_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--protocol", "HTTP/1.1"]
    return Server(command, port, cwd=write_files(room), stdout=subprocess.DEVNULL)


def nginx(room, upstream=9):
    """Static files, and /node/ passed on to `upstream`."""
    write_files(room)
    port = ports.any_port()
    configuration = room / "nginx.conf"
    configuration.write_text(NGINX.format(room=room, port=port, upstream=upstream))
    return Server([nginx_binary(), "-p", str(room), "-c", str(configuration)], port, stdout=subprocess.DEVNULL)


def nginx_binary():
    """Debian keeps it in /usr/sbin, which is not on every user's path."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def wait_until_listening(port, process):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server left with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.02)
    raise RuntimeError(f"the server did not listen on {port}")
