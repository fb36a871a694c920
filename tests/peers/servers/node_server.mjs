// An origin by Node's `http`, with the answers that file servers never give. Prints its port on one line.

import http from 'node:http';
import { gzipSync } from 'node:zlib';

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const LARGE = Buffer.alloc(1 << 20, 'retape ');

const routes = {
  '/text': (_, response) => response.end('plain text\n'),
  '/json': (_, response) => response.setHeader('Content-Type', 'application/json').end('{"a": 1, "b": [true, null]}'),
  '/large': (_, response) => response.end(LARGE),
  '/none': (_, response) => response.writeHead(204).end(),
  '/same': (_, response) => response.writeHead(304, { ETag: '"v1"' }).end(),
  '/redirect': (_, response) => response.writeHead(302, { Location: '/text' }).end('over there'),
  '/twice': (_, response) => response.setHeader('Set-Cookie', ['a=1; Path=/', 'b=2; Path=/']).end('cookies'),
  '/gzip': (_, response) => response.setHeader('Content-Encoding', 'gzip').end(gzipSync('compressed '.repeat(100))),
  '/close': (_, response) => response.setHeader('Connection', 'close').end('and goodbye'),
  '/missing': (_, response) => response.writeHead(404, 'Nothing Here').end('no'),
  '/chunked': async (_, response) => {
    for (const part of ['one ', 'two ', 'three']) {
      response.write(part);
      await pause(10);
    }
    response.end();
  },
  '/trailers': (_, response) => {
    response.writeHead(200, { Trailer: 'X-Sum' });
    response.write('with trailers');
    response.addTrailers({ 'X-Sum': 'abc' });
    response.end();
  },
  '/hints': (_, response) => response.writeEarlyHints({ link: '</style.css>; rel=preload' }, () => response.end('hinted')),
  '/processing': async (_, response) => {
    response.writeProcessing();
    await pause(10);
    response.end('processed');
  },
  '/cut': async (_, response) => {
    response.writeHead(200, { 'Content-Length': 1000 });
    response.write('only this');
    await pause(20);
    response.socket.end();
  },
  '/echo': async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    response.setHeader('X-Method', request.method).end(Buffer.concat(parts));
  },
  '/refuse': (_, response) => response.writeHead(413, { Connection: 'close' }).end('too large'),
};

const server = http.createServer((request, response) => (routes[request.url.split('?')[0]] ?? routes['/missing'])(request, response));
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
