"""A listening port on loopback that serves each connection in a thread of its own."""

import socket
import threading

# A client that neither speaks nor closes for this long has hung.
PATIENCE = 120


class Listener:
    """Subclasses say what to do with a connection in `converse(peer)`. Listens from the start until `close`."""

    patience = PATIENCE

    def __init__(self, port=0):
        self.listener = socket.create_server(("127.0.0.1", port), backlog=128)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        """Wakes the accepting thread, or the port would stay taken while it waits."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _accept(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer):
        peer.settimeout(self.patience)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            with peer:
                self.converse(peer)
        except OSError:
            pass
