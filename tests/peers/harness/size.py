"""Size: an answer of 1 GiB, and 10,000 exchanges on one connection, recorded and replayed in constant memory."""

import hashlib
import os
import socket
import threading
import time

from harness import retape
from harness.listener import Listener

GIB = 1 << 30
EXCHANGES = 10_000
# What the process may hold beyond pages of files, whatever the size of what it records or replays. A recorder may be behind with writing
# by its MAX_PENDING_BYTES, twice, in buffers that are not all full; some 95 MiB were seen on a busy machine.
RECORD_BOUND, REPLAY_BOUND = 128 << 20, 64 << 20
SAMPLE_SECONDS = 0.02
BLOCK = 1 << 20
PATIENCE = 120


def play(room, _arguments, tally):
    for name, origin, client in (("1 GiB answer", GiantOrigin, read_giant), ("10,000 exchanges on one connection", CountingOrigin, count_up)):
        try:
            problems = through(room, name, origin, client)
        except (RuntimeError, OSError) as error:
            problems = [str(error)]
        tally.check(f"size: {name}", problems)


def through(room, name, origin, client):
    """Direct, recorded, replayed: the same digest, the memory bounded."""
    cassette = room / f"{client.__name__}.cassette"
    problems = []
    with origin() as server:
        reference = client(server.port)
        with retape.record(f"http://127.0.0.1:{server.port}", cassette) as recorder:
            problems += watched(recorder, client, reference, f"recording {name}", RECORD_BOUND)
            if recorder.stop() != 0:
                problems.append(f"record exit {recorder.code}: {recorder.err.decode(errors='replace')}")
    with retape.Replay(cassette) as replay:
        problems += watched(replay, client, reference, f"replaying {name}", REPLAY_BOUND)
        problems += replay.complaints()
    cassette.unlink(missing_ok=True)
    return problems


def watched(process, client, reference, what, bound):
    with Watch(process) as watch:
        started = time.monotonic()
        digest = client(process.port)
        seconds = time.monotonic() - started
    print(f"        {what}: {seconds:.1f} s, at most {watch.peak / 2**20:.1f} MiB beyond file pages", flush=True)
    problems = [] if digest == reference else [f"{what}: the client read other bytes than directly"]
    if watch.peak > bound:
        problems.append(f"{what}: {watch.peak / 2**20:.1f} MiB beyond file pages, over {bound / 2**20:.0f} MiB")
    return problems


class Watch:
    """Samples a process's memory while something goes on."""

    def __init__(self, process):
        self.process, self.peak, self.stop = process, 0, threading.Event()
        self.thread = threading.Thread(target=self._sample, daemon=True)

    def _sample(self):
        while not self.stop.is_set():
            try:
                self.peak = max(self.peak, self.process.memory())
            except (OSError, KeyError):
                return
            self.stop.wait(SAMPLE_SECONDS)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()


class GiantOrigin(Listener):
    def converse(self, peer):
        block = os.urandom(BLOCK) if not hasattr(self, "block") else self.block
        self.block = block
        peer.recv(65536)
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n" % GIB)
        for number in range(GIB // BLOCK):
            peer.sendall(number.to_bytes(8, "big") + block[8:])
        while peer.recv(65536):
            pass


def read_giant(port):
    digest, buffer, total = hashlib.blake2b(), bytearray(BLOCK), 0
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as peer:
        peer.sendall(b"GET /giant HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        head = b""
        while b"\r\n\r\n" not in head:
            head += some(peer.recv(4096))
        total = len(head) - head.index(b"\r\n\r\n") - 4
        digest.update(head)
        while total < GIB:
            count = peer.recv_into(buffer)
            if not count:
                break
            digest.update(memoryview(buffer)[:count])
            total += count
    return total, digest.hexdigest()


class CountingOrigin(Listener):
    def converse(self, peer):
        buffered, number = b"", 0
        while chunk := peer.recv(65536):
            buffered += chunk
            while b"\r\n\r\n" in buffered:
                _, _, buffered = buffered.partition(b"\r\n\r\n")
                body = b"%d " % number * 100
                peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                number += 1


def count_up(port):
    digest = hashlib.blake2b()
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number in range(EXCHANGES):
            peer.sendall(b"GET /count/%d HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % number)
            digest.update(read_answer(peer))
    return digest.hexdigest()


def read_answer(peer):
    data = b""
    while b"\r\n\r\n" not in data:
        data += some(peer.recv(65536))
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.rpartition(b"Content-Length: ")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += some(peer.recv(65536))
    return head + body


def some(chunk):
    if not chunk:
        raise ConnectionError("the connection ended inside an answer")
    return chunk
