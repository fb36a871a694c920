"""Two raw sockets acting out a conversation byte by byte: what each side sends, waits for, and how it ends.

A scene is played directly, through a recorder and against a replay; the bytes that the client's socket delivered and the way the
connection ended have to be the same every time.
"""

import dataclasses
import socket
import struct
import threading
import time

# Nothing in a scene takes this long; reaching it is a failure, not a wait.
PATIENCE = 15


@dataclasses.dataclass
class Send:
    data: bytes


@dataclasses.dataclass
class Await:
    """Read until this much has arrived since the last `Await`, or until a mark is seen."""

    mark: bytes = b""
    count: int = 0


@dataclasses.dataclass
class Pause:
    """Lets what was sent leave as a segment of its own."""

    seconds: float = 0.03


class HalfClose:
    """FIN, while still reading."""


class Reset:
    """RST."""


class Drain:
    """Read until the other side ends."""


class Close:
    """FIN both ways; the last step where nothing is said."""


@dataclasses.dataclass
class Scene:
    name: str
    client: list
    server: list
    connections: int = 1
    # What the client writes is cut short by the end of the connection, so that how much of it arrived is chance.
    ragged: bool = False


@dataclasses.dataclass
class Seen:
    """What one side's socket delivered and how the connection ended for it: fin, reset, open, or silent (gave up waiting)."""

    data: bytes
    end: str


class Actor:
    """Plays one side's steps on a connected socket."""

    def __init__(self, peer, host):
        self.peer, self.host = peer, host
        self.data = bytearray()
        self.mark = 0
        self.end = "open"
        peer.settimeout(PATIENCE)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def play(self, steps):
        try:
            for step in steps:
                self.act(step)
        except TimeoutError:
            self.end = "silent"
        except (ConnectionResetError, BrokenPipeError):
            self.end = "reset"
        finally:
            self.peer.close()
        return Seen(bytes(self.data), self.end)

    def act(self, step):
        match step:
            case Send(data):
                self.peer.sendall(data.replace(b"{host}", self.host))
            case Await(mark, count):
                self.receive(mark, count)
            case Pause(seconds):
                time.sleep(seconds)
            case HalfClose():
                self.peer.shutdown(socket.SHUT_WR)
            case Reset():
                self.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            case Drain():
                while self.end == "open":
                    self.more()
            case Close():
                pass

    def receive(self, mark, count):
        while self.end == "open":
            fresh = self.data[self.mark :]
            if mark and mark in fresh:
                self.mark += fresh.index(mark) + len(mark)
                return
            if count and len(fresh) >= count:
                self.mark += count
                return
            self.more()

    def more(self):
        chunk = self.peer.recv(65536)
        self.data += chunk
        if not chunk:
            self.end = "fin"


class Stage:
    """Serves a scene's server side on a port of its own, each connection in a thread; keeps what it saw."""

    def __init__(self, scene):
        self.scene = scene
        self.seen = []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.threads = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._play, args=(peer,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def _play(self, peer):
        self.seen.append(Actor(peer, b"").play(self.scene.server))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for thread in self.threads:
            thread.join(PATIENCE)
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def play_client(scene, port):
    """Plays the client side on all the scene's connections at once."""
    seen = [None] * scene.connections
    host = f"127.0.0.1:{port}".encode()

    def one(index):
        peer = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        steps = [Send(step.data.replace(b"{n}", b"%d" % index)) if isinstance(step, Send) else step for step in scene.client]
        seen[index] = Actor(peer, host).play(steps)

    threads = [threading.Thread(target=one, args=(index,)) for index in range(scene.connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seen
