// A client by Node's `http` or by its `fetch`: performs the operations in order, prints what it saw as JSON.
//
// usage: node_client.mjs http|fetch URL < operations.json

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function withHttp(url, { method, path, headers, body }) {
  return new Promise((resolve) => {
    const interim = [];
    const request = http.request(url + path, { method, headers, agent });
    request.on('information', ({ statusCode, rawHeaders }) => interim.push([statusCode, rawHeaders]));
    request.on('error', (error) => resolve({ error: error.code, interim }));
    request.on('response', (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('error', (error) => resolve({ error: error.code, partial: sha256(Buffer.concat(parts)), interim }));
      response.on('end', () => {
        const bytes = Buffer.concat(parts);
        const { statusCode, statusMessage, rawHeaders, rawTrailers } = response;
        resolve({ status: statusCode, reason: statusMessage, headers: pairs(rawHeaders), trailers: rawTrailers, interim, length: bytes.length, sha256: sha256(bytes) });
      });
    });
    request.end(body);
  });
}

function pairs(raw) {
  return Array.from({ length: raw.length / 2 }, (_, index) => raw.slice(2 * index, 2 * index + 2));
}

async function withFetch(url, { method, path, headers, body }) {
  try {
    const response = await fetch(url + path, { method, headers, body });
    const bytes = Buffer.from(await response.arrayBuffer());
    return { status: response.status, reason: response.statusText, redirected: response.redirected, headers: [...response.headers], length: bytes.length, sha256: sha256(bytes) };
  } catch (error) {
    return { error: error.cause?.code ?? error.message };
  }
}

const [how, url] = process.argv.slice(2);
const results = [];
for (const operation of JSON.parse(readFileSync(0))) {
  results.push(await (how === 'http' ? withHttp : withFetch)(url, operation));
}
console.log(JSON.stringify(results, null, 1));
agent.destroy();
