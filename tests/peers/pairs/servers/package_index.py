"""A package index with one package, as pip asks for it. usage: package_index.py ROOM CERTIFICATE KEY; prints its port."""

import functools
import http.server
import pathlib
import ssl
import sys
import zipfile

room, certificate, key = sys.argv[1:4]
index = pathlib.Path(room, "index")
project = index / "simple/taped"
project.mkdir(parents=True, exist_ok=True)
wheel = "taped-1.0-py3-none-any.whl"
METADATA = "Metadata-Version: 2.1\nName: taped\nVersion: 1.0\n"
FILES = {
    "taped.py": "said = 'installed offline'\n",
    "taped-1.0.dist-info/METADATA": METADATA,
    "taped-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: peers\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "taped-1.0.dist-info/RECORD": "taped.py,,\ntaped-1.0.dist-info/METADATA,,\ntaped-1.0.dist-info/WHEEL,,\ntaped-1.0.dist-info/RECORD,,\n",
}
with zipfile.ZipFile(project / wheel, "w") as archive:
    for name, content in FILES.items():
        archive.writestr(zipfile.ZipInfo(name), content)
(project / "index.html").write_text(f'<!doctype html><title>taped</title><a href="{wheel}">{wheel}</a>\n')


class Quiet(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(index)))
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
