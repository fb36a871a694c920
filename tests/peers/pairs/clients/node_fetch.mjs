// Node's fetch and https. usage: node node_fetch.mjs URL
const url = process.argv[2];
for (const path of ["/text", "/json", "/big", "/none", "/missing"]) {
  const response = await fetch(url + path);
  const body = await response.text();
  console.log(path, response.status, response.headers.get("content-type"), response.headers.get("x-twice"), body.length, body.slice(0, 60));
}
const echoed = await fetch(url + "/echo", { method: "POST", body: JSON.stringify({ a: 1 }), headers: { "content-type": "application/json" } });
console.log(echoed.status, await echoed.text());
const events = await fetch(url + "/events");
let seen = "";
for await (const piece of events.body) seen += Buffer.from(piece).toString();
console.log(seen);
