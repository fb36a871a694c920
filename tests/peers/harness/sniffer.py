"""tcpdump on loopback, while something else happens; and what tshark makes of the file."""

import hashlib
import pathlib
import signal
import socket
import subprocess
import time

from harness import ports

START_SECONDS = 10
# A datagram that ends each capture: once it is in the file, so is all that came before it.
MARK = b"retape: that was all"


class Sniffer:
    """Captures what goes to and from a TCP port of loopback, from before the first packet to after the last."""

    def __init__(self, path, port):
        self.path = pathlib.Path(path)
        self.mark_port = ports.any_port()
        command = ["tcpdump", "-i", "lo", "-n", "-s", "0", "-B", "65536", "-U", "--immediate-mode", "-w", str(path)]
        self.process = subprocess.Popen([*command, f"tcp port {port} or udp port {self.mark_port}"], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        line = self.process.stderr.readline()
        if b"listening on" not in line:
            self.process.kill()
            self.process.wait()
            raise RuntimeError(f"tcpdump: {line.decode(errors='replace').strip()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        deadline = time.monotonic() + START_SECONDS
        with socket.socket(type=socket.SOCK_DGRAM) as marker:
            while MARK not in self.path.read_bytes()[-4096:] and time.monotonic() < deadline:
                marker.sendto(MARK, ("127.0.0.1", self.mark_port))
                time.sleep(0.02)
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=START_SECONDS)


def tshark_digests(capture, streams, keys=None):
    """The SHA-256 of both directions of each stream by tshark, client first: as on the wire, or with a key log, as decrypted."""
    digests = {}
    for stream in streams:
        layer, options = ("tls", ["-o", f"tls.keylog_file:{keys}"]) if keys else ("tcp", [])
        # Loopback's packets may be captured in another order than they were sent in; tshark does not sort them unless it is told to.
        options += ["-o", "tcp.reassemble_out_of_order:TRUE"]
        command = ["tshark", "-r", str(capture), "-q", *options, "-z", f"follow,{layer},raw,{stream}"]
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
        digests[stream] = [hashlib.sha256(data).hexdigest() for data in followed(done.stdout)]
    return digests


def followed(text):
    """What the first node said, and the second."""
    said = [bytearray(), bytearray()]
    for line in text.splitlines():
        data = line.strip()
        if data and all(c in b"0123456789abcdef" for c in data):
            said[line.startswith(b"\t")] += bytes.fromhex(data.decode())
    return said
