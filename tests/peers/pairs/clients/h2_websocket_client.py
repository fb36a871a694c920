"""WebSocket over HTTP/2 (RFC 8441), by h2 and wsproto. usage: h2_websocket_client.py URL"""

import socket
import sys
import urllib.parse

import h2.connection
import h2.events
import h2.settings
import wsproto.connection
import wsproto.events
from wsproto.extensions import PerMessageDeflate

url = urllib.parse.urlsplit(sys.argv[1])


class Client:
    """A WebSocket on stream 1."""

    def __init__(self):
        self.peer = socket.create_connection((url.hostname, url.port), timeout=30)
        self.http = h2.connection.H2Connection()
        self.http.initiate_connection()
        self.messages = []
        self.socket = None

    def open(self):
        while not self.http.remote_settings.get(h2.settings.SettingCodes.ENABLE_CONNECT_PROTOCOL):
            self.hear()
        self.deflate = PerMessageDeflate()
        head = {":method": "CONNECT", ":protocol": "websocket", ":scheme": "http", ":authority": url.netloc, ":path": "/chat"}
        self.http.send_headers(1, [*head.items(), ("sec-websocket-version", "13"), ("sec-websocket-extensions", f"permessage-deflate; {self.deflate.offer()}")])
        while self.socket is None:
            self.hear()

    def opened(self, headers):
        fields = {name.decode(): value.decode() for name, value in headers}
        agreed = fields.get("sec-websocket-extensions", "")
        extensions = [self.deflate] if agreed else []
        for extension in extensions:
            extension.finalize(agreed)
        self.socket = wsproto.connection.Connection(wsproto.connection.ConnectionType.CLIENT, extensions)
        print("opened", fields[":status"], "deflated" if agreed else "plain")

    def say(self, event):
        self.http.send_data(1, self.socket.send(event))
        self.flush()

    def answer(self):
        """The next whole message."""
        pieces = []
        while True:
            event = self.event()
            pieces.append(getattr(event, "data", b""))
            if getattr(event, "message_finished", True):
                return event if len(pieces) == 1 else type(event)(data=type(event.data)().join(pieces))

    def event(self):
        while True:
            if self.messages:
                return self.messages.pop(0)
            self.messages += self.socket.events()
            if not self.messages:
                self.hear()

    def hear(self):
        self.flush()
        data = self.peer.recv(65536)
        if not data:
            raise SystemExit("the server left")
        for event in self.http.receive_data(data):
            match event:
                case h2.events.ResponseReceived(headers=headers):
                    self.opened(headers)
                case h2.events.DataReceived(data=data, flow_controlled_length=length):
                    self.http.acknowledge_received_data(length, 1)
                    if data:
                        self.socket.receive_data(data)
                case h2.events.StreamReset(error_code=code):
                    raise SystemExit(f"reset {code}")
        self.flush()

    def flush(self):
        self.peer.sendall(self.http.data_to_send())


client = Client()
client.open()
print("greeting", client.answer().data)
for message in ("text", '{"a": 1}', b"\x00\x01binary", "long " * 4000, "ü"):
    client.say(wsproto.events.Message(data=message))
    answer = client.answer()
    print("answer", len(answer.data), answer.data[:60])
client.say(wsproto.events.CloseConnection(code=4001, reason="enough"))
closed = client.answer()
print("closed", closed.code, closed.reason)
client.peer.close()
