// WebSocket over HTTP/2 (RFC 8441), by Node's http2. usage: node node_http2_websocket.mjs URL
import http2 from "node:http2";
import { randomBytes } from "node:crypto";
import { CLOSE, TEXT, close, frame, reader } from "../servers/web_socket.mjs";

const session = http2.connect(process.argv[2]);
session.on("error", (error) => console.log("session", error.code));
await new Promise((resolve) => session.once("remoteSettings", resolve));
console.log("allowed", session.remoteSettings.enableConnectProtocol);

const stream = session.request({ ":method": "CONNECT", ":protocol": "websocket", ":path": "/chat", "sec-websocket-version": "13" }, { endStream: false });
const left = ["text", '{"a": 1}', "long ".repeat(4000), "ü"];
stream.on("response", (headers) => console.log("opened", headers[":status"]));
stream.on("data", reader((opcode, payload) => {
  if (opcode === CLOSE) {
    console.log("closed", payload.readUInt16BE());
    return stream.end();
  }
  console.log("heard", payload.length, payload.subarray(0, 40).toString());
  const next = left.shift();
  return stream.write(next === undefined ? close(1000, randomBytes(4)) : frame(TEXT, Buffer.from(next), randomBytes(4)));
}));
stream.on("error", (error) => console.log("error", error.code));
stream.on("close", () => session.close());
