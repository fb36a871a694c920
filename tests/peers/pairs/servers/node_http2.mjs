// HTTP/2 and HTTP/1.1 on one port: with TLS where a certificate is named, by prior knowledge without.
// usage: node node_http2.mjs [CERTIFICATE KEY]; prints its port.
import { readFileSync } from "node:fs";
import http2 from "node:http2";
import { CLOSE, TEXT, close, frame, reader } from "./web_socket.mjs";

const [certificate, key] = process.argv.slice(2);
const server = certificate
  ? http2.createSecureServer({ cert: readFileSync(certificate), key: readFileSync(key), allowHTTP1: true, settings: { enableConnectProtocol: true } })
  : http2.createServer({ settings: { enableConnectProtocol: true } });

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const routes = {
  "/text": (_, response) => response.end("plain text\n"),
  "/json": (_, response) => {
    response.setHeader("content-type", "application/json");
    response.setHeader("x-twice", ["one", "two"]);
    response.end('{"n": 1, "s": "ü"}');
  },
  "/big": (_, response) => response.end(Buffer.alloc(300_000, "0123456789abcdef")),
  "/none": (_, response) => {
    response.statusCode = 204;
    response.end();
  },
  "/missing": (_, response) => {
    response.statusCode = 404;
    response.end("nothing here");
  },
  "/echo": (request, response) => {
    response.setHeader("content-type", request.headers["content-type"] ?? "application/octet-stream");
    request.pipe(response);
  },
  "/trailers": (_, response) => {
    response.setHeader("trailer", "x-sum");
    response.write("body with ");
    response.addTrailers({ "x-sum": "42" });
    response.end("trailers");
  },
  "/events": async (_, response) => {
    response.setHeader("content-type", "text/event-stream");
    for (const n of [1, 2, 3, 4]) {
      response.write(`id: ${n}\nevent: tick\ndata: {"n": ${n}}\n\n`);
      await pause(25);
    }
    response.end("data: [DONE]\n\n");
  },
  "/reset": (_, response) => {
    if (!response.stream) return response.destroy();
    response.write("half of it");
    // Once that is on its way.
    return setTimeout(() => response.stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR), 20);
  },
};

server.on("request", (request, response) => {
  response.setHeader("server", "node");
  const path = (request.url ?? "/").split("?")[0];
  (routes[path] ?? routes["/missing"])(request, response);
});
// A WebSocket on a stream: greets, and says each message back.
server.on("connect", (request, response) => {
  const { stream } = response;
  if (request.headers[":protocol"] !== "websocket") return stream.close();
  stream.respond({ ":status": 200, server: "node" });
  stream.write(frame(TEXT, Buffer.from("welcome")));
  stream.on("data", reader((opcode, payload) => {
    if (opcode === TEXT) return stream.write(frame(TEXT, Buffer.from(payload.toString().toUpperCase())));
    return opcode === CLOSE && stream.end(close(payload.readUInt16BE()));
  }));
  return stream.on("error", () => {});
});
server.on("error", () => {});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
