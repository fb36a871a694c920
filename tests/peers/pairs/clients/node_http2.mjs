// Node's http2 client: streams side by side, trailers, a reset. usage: node node_http2.mjs URL
import http2 from "node:http2";

const session = http2.connect(process.argv[2]);
session.on("error", (error) => console.log("session", error.code));

function ask(path, body) {
  return new Promise((resolve) => {
    const stream = session.request({ ":path": path, ":method": body ? "POST" : "GET" });
    const said = { path, body: "" };
    stream.on("response", (headers) => (said.headers = Object.entries(headers).filter(([name]) => name !== "date")));
    stream.on("trailers", (trailers) => (said.trailers = Object.entries(trailers)));
    stream.on("data", (piece) => (said.body += piece));
    stream.on("error", (error) => (said.error = error.code));
    stream.on("close", () => resolve({ ...said, length: said.body.length, body: said.body.slice(0, 40), code: stream.rstCode }));
    stream.end(body);
  });
}

const answers = await Promise.all(["/text", "/json", "/big", "/none", "/missing", "/trailers", "/events"].map((path) => ask(path)));
answers.push(await ask("/echo", "x".repeat(150_000)));
answers.push(await ask("/reset"));
for (const answer of answers) console.log(JSON.stringify(answer));
session.close();
