"""Talks in step with websocket_server.py. usage: websocket_client.py URL"""

import sys

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

url = sys.argv[1].replace("http", "ws", 1)
with connect(url, user_agent_header=None) as socket:
    print("greeting", socket.recv())
    for message in ("text", '{"a": 1}', b"\x00\x01binary", "pieces", "long", "ü"):
        socket.send(message)
        answer = socket.recv()
        print("answer", len(answer), answer[:60])
    socket.send(["sent ", "in ", "three"])
    print("answer", socket.recv())
    socket.send("bye")
    try:
        socket.recv()
    except ConnectionClosed as closed:
        print("closed", closed.rcvd)
