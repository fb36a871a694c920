"""Makes the conversations beside this file: what OpenSSL says to itself, by Python's ssl module, with its secrets.

    python3 make.py

A line is one of a key log, or `>` or `<` and what the client or the server sent, or `=>` or `=<` and what the application
meant by it, or `key` and the server's private key, in hexadecimal; `new` begins another connection.
"""

import os
import pathlib
import ssl
import subprocess
import sys
import tempfile
from ssl import TLSVersion

HERE = pathlib.Path(__file__).parent
# Ancient suites need level 0, and those of TLS 1.3 can be chosen here alone.
CONFIG = """openssl_conf = a
[a]
ssl_conf = b
[b]
system_default = c
[c]
CipherString = DEFAULT:@SECLEVEL=0
Ciphersuites = TLS_AES_128_CCM_SHA256
"""
NO_ETM, NO_EMS = 1 << 19, 1
PLAN = [
    ("1.3-aes128-ccm", TLSVersion.TLSv1_3, None, 0),
    ("1.2-aes128-gcm", TLSVersion.TLSv1_2, "AES128-GCM-SHA256", 0),
    ("1.2-aes256-gcm", TLSVersion.TLSv1_2, "AES256-GCM-SHA384", 0),
    ("1.2-chacha20", TLSVersion.TLSv1_2, "ECDHE-RSA-CHACHA20-POLY1305", 0),
    ("1.2-aes128-ccm", TLSVersion.TLSv1_2, "AES128-CCM", 0),
    ("1.2-aes256-ccm8", TLSVersion.TLSv1_2, "AES256-CCM8", 0),
    ("1.2-cbc-sha-mac-then-encrypt", TLSVersion.TLSv1_2, "AES128-SHA", NO_ETM),
    ("1.2-cbc-sha-encrypt-then-mac", TLSVersion.TLSv1_2, "AES256-SHA", 0),
    ("1.2-cbc-sha256-mac-then-encrypt", TLSVersion.TLSv1_2, "AES256-SHA256", NO_ETM),
    ("1.2-cbc-sha256-encrypt-then-mac", TLSVersion.TLSv1_2, "AES128-SHA256", 0),
    ("1.2-cbc-sha384-mac-then-encrypt", TLSVersion.TLSv1_2, "ECDHE-RSA-AES256-SHA384", NO_ETM),
    ("1.1-cbc-sha", TLSVersion.TLSv1_1, "AES128-SHA", 0),
    ("1.0-cbc-sha-mac-then-encrypt", TLSVersion.TLSv1, "AES256-SHA", NO_ETM),
    ("1.0-cbc-sha-encrypt-then-mac", TLSVersion.TLSv1, "AES128-SHA", 0),
    # With the server's private key and nothing else.
    ("1.2-rsa", TLSVersion.TLSv1_2, "AES128-GCM-SHA256", NO_EMS),
    ("1.2-rsa-extended-master-secret", TLSVersion.TLSv1_2, "AES256-GCM-SHA384", 0),
    ("1.0-rsa-extended-master-secret", TLSVersion.TLSv1, "AES128-SHA", 0),
]


def contexts(version, suite, options, keylog, certificate):
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    for context in (client, server):
        context.set_ciphers(f"{suite or 'ALL'}:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
        context.options |= options
    server.load_cert_chain(certificate)
    client.set_alpn_protocols(["h2", "http/1.1"])
    server.set_alpn_protocols(["http/1.1"])
    client.keylog_filename = keylog
    return client, server


class Side:
    def __init__(self, context, mark, **arguments):
        self.mark = mark
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, **arguments)
        self.done = False

    def shake(self):
        if not self.done:
            self.done = attempt(self.tls.do_handshake) is not None


def attempt(what):
    try:
        return what() or True
    except ssl.SSLWantReadError:
        return None


def flush(side, other, lines):
    sent = side.outgoing.read()
    if sent:
        lines.append(f"{side.mark} {sent.hex()}")
        other.incoming.write(sent)


def converse(client, server, session=None):
    lines = []
    client = Side(client, ">", server_hostname="a.example", session=session)
    server = Side(server, "<", server_side=True)
    while not (client.done and server.done):
        client.shake()
        flush(client, server, lines)
        server.shake()
        flush(server, client, lines)
    for turn in range(3):
        for side, other in ((client, server), (server, client)):
            content = f"{turn} {side.mark} ".encode() + b"x" * (40 * turn * turn)
            side.tls.write(content)
            flush(side, other, lines)
            assert attempt(lambda: other.tls.read(10000)) == content
            lines.append(f"={side.mark} {content.hex()}")
    session = client.tls.session
    for side, other in ((client, server), (server, client)):
        attempt(side.tls.unwrap)
        flush(side, other, lines)
    return lines, session


def run(folder):
    def tool(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=folder)

    tool("req", "-x509", "-newkey", "rsa:1024", "-nodes", "-subj", "/CN=a", "-keyout", "key", "-out", "cert")
    tool("pkey", "-in", "key", "-outform", "DER", "-out", "der")
    certificate = folder / "both"
    certificate.write_text((folder / "key").read_text() + (folder / "cert").read_text())
    for name, version, suite, options in PLAN:
        keylog = folder / "keys"
        keylog.unlink(missing_ok=True)
        client, server = contexts(version, suite, options, str(keylog), certificate)
        lines, session = converse(client, server)
        keys = [line for line in keylog.read_text().splitlines() if not line.startswith("#")]
        if "rsa" in name:
            keys = ["key " + (folder / "der").read_bytes().hex()]
            lines += ["new", *converse(client, server, session)[0]]
        (HERE / f"{name}.txt").write_text("\n".join([*keys, *lines, ""]))


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        if "OPENSSL_CONF" not in os.environ:
            (folder / "conf").write_text(CONFIG)
            environment = {**os.environ, "OPENSSL_CONF": str(folder / "conf")}
            sys.exit(subprocess.run([sys.executable, __file__], env=environment).returncode)
        run(folder)


main()
