"""A small origin that answers a corpus case as curl's own test server would: the next reply to the next request."""

import re
import socket
import threading

from harness.listener import Listener

# A client that neither speaks nor closes for this long has hung.
PATIENCE = 10
CONTENT_LENGTH = re.compile(rb"^content-length:[ \t]*(\d+)", re.I | re.M)
CHUNKED = re.compile(rb"^transfer-encoding:.*chunked", re.I | re.M)


class Origin(Listener):
    """Serves one case at a time on one listening port; `received` is the log of all it read."""

    patience = PATIENCE

    def __init__(self, port):
        self.lock = threading.Lock()
        self.load(None)
        super().__init__(port)

    def load(self, case):
        with self.lock:
            self.case = case
            self.next_step = 0
            self.received = []
            self.sockets = []

    def log(self):
        return b"".join(self.received)

    def converse(self, peer):
        case, buffered = self.case, bytearray()
        while case is not None:
            step = self._peek(case)
            request = read_request(peer, buffered, step)
            if not request:
                break
            self.received.append(request)
            step = self._take(case)
            if step is None:
                return
            peer.sendall(step.reply)
            if step.close and not step.request.startswith(b"CONNECT "):
                finish(peer)
                break
        if case is not None and case.monitor:
            self.received.append(b"[DISCONNECT]\n")

    def _peek(self, case):
        with self.lock:
            return case.steps[self.next_step] if self.next_step < len(case.steps) else None

    def _take(self, case):
        with self.lock:
            step = case.steps[self.next_step] if self.next_step < len(case.steps) else None
            self.next_step += 1
            return step


def finish(peer):
    """FIN, then wait for the client's, so that unread bytes never turn it into a RST."""
    peer.shutdown(socket.SHUT_WR)
    peer.settimeout(2)
    while peer.recv(65536):
        pass


def read_request(peer, buffered, step):
    """One request off the connection; an early reply (401, 417) may come before its body."""
    head = read_until(peer, buffered, b"\r\n\r\n")
    if head is None:
        rest = bytes(buffered)
        buffered.clear()
        return rest
    if CHUNKED.search(head):
        return head + (read_until(peer, buffered, b"0\r\n\r\n") or b"")
    return head + read_exactly(peer, buffered, body_length(head, step))


def body_length(head, step):
    """The declared length; nothing where the test says that the answer comes before the body."""
    declared = int(match.group(1)) if (match := CONTENT_LENGTH.search(head)) else 0
    early = step is not None and step.request.endswith(b"\r\n\r\n")
    return 0 if early else declared


def read_until(peer, buffered, mark):
    while mark not in buffered:
        chunk = peer.recv(65536)
        if not chunk:
            return None
        buffered += chunk
    end = buffered.index(mark) + len(mark)
    taken = bytes(buffered[:end])
    del buffered[:end]
    return taken


def read_exactly(peer, buffered, count):
    while len(buffered) < count:
        chunk = peer.recv(65536)
        if not chunk:
            break
        buffered += chunk
    taken = bytes(buffered[:count])
    del buffered[:count]
    return taken
