"""Takes what is put, and tells how much that was. usage: upload_server.py PORT"""

import http.server
import sys


class Uploads(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        stored = len(self.rfile.read(int(self.headers["Content-Length"])))
        told = f"stored {stored} bytes\n".encode()
        self.send_response(201)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Uploads).serve_forever()
