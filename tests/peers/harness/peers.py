"""The servers of the pairs, started on loopback."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys

from harness import ports, retape, servers

PAIRS = pathlib.Path(__file__).resolve().parents[1] / "pairs"
PYTHON = os.environ.get("PEERS_PYTHON", sys.executable)
PAGE = """<!doctype html><title>page</title><link rel=icon href="data:,"><link rel=stylesheet href=style.css><script src=script.js defer></script>
<img src=dot.svg alt=""><p id=out>waiting</p>
"""
ASSETS = {
    "page.html": PAGE,
    "style.css": "p { color: green }\n",
    "script.js": 'fetch("data.json").then(r => r.json()).then(d => { document.getElementById("out").textContent = "script got " + d.n; document.title = "done"; });\n',
    "data.json": '{"n": 7}',
    "dot.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>',
}
NGINX = """
daemon off; master_process off; pid {room}/nginx.pid; error_log {room}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; default_type text/plain; types {{ text/html html; text/css css; text/javascript js; application/json json; image/svg+xml svg; }}
  client_body_temp_path {room}/body; proxy_temp_path {room}/proxy; fastcgi_temp_path {room}/f; uwsgi_temp_path {room}/u; scgi_temp_path {room}/s;
  server {{
    listen 127.0.0.1:{port} {options};
    ssl_certificate {certificate}; ssl_certificate_key {key};
    root {room}/files;
  }}
}}
"""


def scripted(command, certificate=None):
    """A server that prints its port."""

    def start(_room):
        files = [str(certificate.certificate), str(certificate.key)] if certificate else []
        return servers.Server([*command, *files], None, stdout=subprocess.PIPE)

    return start


def python(name, certificate=None):
    return scripted([PYTHON, str(PAIRS / "servers" / name)], certificate)


def node(name, certificate=None):
    return scripted(["node", str(PAIRS / "servers" / name)], certificate)


def nginx(certificate, options="ssl"):
    def start(room):
        files = servers.write_files(room)
        for name, content in ASSETS.items():
            (files / name).write_text(content)
            os.utime(files / name, (servers.FILE_TIME, servers.FILE_TIME))
        port = ports.any_port()
        path = room / "nginx.conf"
        path.write_text(NGINX.format(room=room, port=port, options=options, certificate=certificate.certificate, key=certificate.key))
        return servers.Server([servers.nginx_binary(), "-p", str(room), "-c", str(path)], port, stdout=subprocess.DEVNULL)

    return start


def nghttpd(room):
    """HTTP/2 without TLS, by prior knowledge and by upgrade."""
    files = servers.write_files(room)
    port = ports.any_port()
    return servers.Server(["nghttpd", "--no-tls", "-d", str(files), "-a", "127.0.0.1", str(port)], port, stdout=subprocess.DEVNULL)


def hypercorn(room):
    """Python's hypercorn: it takes up `Upgrade: h2c`."""
    port = ports.any_port()
    command = [PYTHON, "-m", "hypercorn", "--bind", f"127.0.0.1:{port}", "--log-level", "critical", "asgi:application"]
    return servers.Server(command, port, cwd=PAIRS / "servers", stdout=subprocess.DEVNULL)


def hyper(_room):
    """HTTP/1.1, and HTTP/2 by prior knowledge."""
    subprocess.run(["cargo", "build", "-q", "-p", "peer-hyper"], cwd=retape.CHECKOUT, check=True)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", retape.CHECKOUT / "target"))
    return servers.Server([str(target / "debug/peer-hyper")], None, stdout=subprocess.PIPE)


def redis(room):
    port = ports.any_port()
    return servers.Server(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(room)], port, stdout=subprocess.DEVNULL)


def repository(room):
    """A bare repository with three commits, the same on every run."""
    path = room / "srv/project.git"
    if path.exists():
        return path
    work = room / "work"
    work.mkdir()
    fixed = {"GIT_AUTHOR_DATE": "2020-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2020-01-01T00:00:00Z"}
    identity = ["-c", "user.name=peer", "-c", "user.email=peer@localhost", "-c", "init.defaultBranch=main"]

    def git(*arguments):
        environment = {**os.environ, **fixed, "HOME": str(room)}
        subprocess.run(["git", *identity, *arguments], cwd=work, env=environment, check=True, capture_output=True)

    git("init", ".")
    for number in range(3):
        (work / f"file-{number}.txt").write_text(f"content {number}\n" * 100)
        git("add", ".")
        git("commit", "-m", f"commit {number}")
    git("clone", "--bare", ".", str(path))
    return path


def git_daemon(room):
    port = ports.any_port()
    base = repository(room).parent
    command = ["git", "daemon", "--reuseaddr", "--export-all", f"--base-path={base}", "--listen=127.0.0.1", f"--port={port}"]
    return servers.Server(command, port, stdout=subprocess.DEVNULL, start_new_session=True)


def git_http(certificate):
    def start(room):
        base = repository(room).parent
        backend = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip() + "/git-http-backend"
        backend = backend if pathlib.Path(backend).exists() else "/usr/lib/git-core/git-http-backend"
        command = [PYTHON, str(PAIRS / "servers/git_http.py"), str(base), backend, str(certificate.certificate), str(certificate.key)]
        return servers.Server(command, None, stdout=subprocess.PIPE)

    return start


def package_index(certificate):
    """What pip asks: a page of links, and a wheel."""

    def start(room):
        command = [PYTHON, str(PAIRS / "servers/package_index.py"), str(room), str(certificate.certificate), str(certificate.key)]
        return servers.Server(command, None, stdout=subprocess.PIPE)

    return start


def postgres_binaries():
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return found[-1].parent if found else None


@contextlib.contextmanager
def postgres(room):
    """A new cluster, trusting everybody on loopback. It refuses to run as root."""
    binaries, data, port = postgres_binaries(), room / "postgres", ports.any_port()
    user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
    data.mkdir()
    if user:
        shutil.chown(data, "postgres", "postgres")
        for parent in (room, *room.parents):
            if parent == pathlib.Path("/tmp"):
                break
            parent.chmod(0o755)
    subprocess.run([*user, binaries / "initdb", "-A", "trust", "-U", "peer", "-D", data, "--no-sync"], check=True, capture_output=True, cwd="/")
    options = ["-p", str(port), "-h", "127.0.0.1", "-k", str(data), "-F"]
    with servers.Server([*user, str(binaries / "postgres"), "-D", str(data), *options], port, stdout=subprocess.DEVNULL, cwd="/") as server:
        yield server
