"""A local fake of the OpenAI and Anthropic HTTP APIs, streaming. usage: llm_server.py [CERTIFICATE KEY]; prints its port."""

import http.server
import json
import ssl
import sys
import time

WORDS = ["Re", "play", " is", " exact", " — ", "byte", " by", " byte", "."]


def openai_events():
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "fake"}
    for word in WORDS:
        yield None, {**head, "choices": [{"index": 0, "delta": {"role": "assistant", "content": word}, "finish_reason": None}]}
    yield None, {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    yield None, "[DONE]"


def anthropic_events():
    message = {"id": "msg_1", "type": "message", "role": "assistant", "content": [], "model": "fake", "stop_reason": None, "stop_sequence": None}
    yield "message_start", {"type": "message_start", "message": {**message, "usage": {"input_tokens": 3, "output_tokens": 1}}}
    yield "content_block_start", {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    yield "ping", {"type": "ping"}
    for word in WORDS:
        yield "content_block_delta", {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": word}}
    yield "content_block_stop", {"type": "content_block_stop", "index": 0}
    yield "message_delta", {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 9}}
    yield "message_stop", {"type": "message_stop"}


class Api(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    streams = {"/v1/chat/completions": openai_events, "/v1/messages": anthropic_events}

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        events = self.streams.get(self.path.partition("?")[0])
        self.send_response(200 if events else 404)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for name, data in events() if events else ():
            text = f"event: {name}\n" if name else ""
            self.chunk(text + f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n")
            time.sleep(0.01)
        self.chunk("")

    def chunk(self, text):
        data = text.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
if len(sys.argv) > 1:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
