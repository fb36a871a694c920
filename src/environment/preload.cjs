// Leads fetch, http, https and http2 through the proxy that the environment names, for versions of Node.js
// that do not look there by themselves. Each connection becomes a tunnel (CONNECT), so that agents
// of any library work unchanged. Connections to the proxy itself, and Unix sockets, stay as they are.
'use strict';

const http = require('http');
const http2 = require('http2');
const https = require('https');
const net = require('net');
const tls = require('tls');
const { Duplex } = require('stream');
const { syncBuiltinESMExports } = require('module');

const proxy = proxyUrl();
// NODE_USE_ENV_PROXY is known since 24.0, and 22.21: fetch and the default agents need no help there.
const [major, minor] = process.versions.node.split('.').map(Number);
const looksByItself = major >= 24 || (major === 22 && minor >= 21);

if (proxy) {
  http.Agent.prototype.createConnection = connecting(http.Agent, 80, (socket) => socket);
  // With TLS in the agent's own way, which keeps sessions.
  https.Agent.prototype.createConnection = connecting(https.Agent, 443, null);
  http2.connect = connectingHttp2(http2.connect);
  if (!looksByItself && globalThis.fetch) globalThis.fetch = fetching(globalThis.fetch);
  syncBuiltinESMExports();
}

function proxyUrl() {
  const text = process.env.https_proxy || process.env.HTTPS_PROXY || process.env.http_proxy;
  try {
    return text ? new URL(text) : null;
  } catch {
    return null;
  }
}

function isProxy(host, port) {
  return host === proxyHost() && Number(port) === proxyPort();
}

function proxyHost() {
  return proxy.hostname.replace(/^\[|\]$/g, '');
}

function proxyPort() {
  return Number(proxy.port || 80);
}

// Opens a tunnel; done(error) or done(null, socket), once.
function tunnel(host, port, done) {
  const target = net.isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
  const socket = net.connect(proxyPort(), proxyHost());
  const lost = (error) => done(error || new Error(`the proxy closed before the tunnel to ${target}`));
  let head = Buffer.alloc(0);
  const read = () => {
    for (let chunk; (chunk = socket.read()) !== null; ) {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) continue;
      socket.removeListener('readable', read);
      socket.removeListener('error', lost);
      socket.removeListener('end', lost);
      const line = head.toString('latin1', 0, head.indexOf('\r\n'));
      if (!/^HTTP\/1\.\d 200/.test(line)) {
        socket.destroy();
        done(new Error(`the proxy refused the tunnel to ${target}: ${line}`));
        return;
      }
      if (head.length > end + 4) socket.unshift(head.subarray(end + 4));
      done(null, socket);
      return;
    }
  };
  socket.on('readable', read);
  socket.once('error', lost);
  socket.once('end', lost);
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
}

// createConnection of an agent: over a tunnel, unless the agent has a proxy of its own.
function connecting({ prototype: { createConnection: direct } }, defaultPort, finish) {
  return function createConnection(...given) {
    const options = given.find((value) => value && typeof value === 'object') || {};
    const done = given.find((value) => typeof value === 'function');
    const { host = 'localhost', port = defaultPort } = options;
    const stays = options.socketPath || options.socket || this?.options?.proxyEnv;
    if (!done || stays || isProxy(host, port)) return direct.apply(this, given);
    tunnel(host, port, (error, socket) => {
      if (error) return done(error);
      if (finish) return done(null, finish(socket));
      const secured = { ...options, socket, servername: serverName(options, host) };
      try {
        done(null, direct.call(this, secured));
      } catch (failure) {
        done(failure);
      }
    });
    return undefined;
  };
}

// No name is asked for where the host is an address.
function serverName(options, host) {
  const name = options.servername || host;
  return net.isIP(name) ? '' : name;
}

// connect of http2, which wants a connection at once.
function connectingHttp2(direct) {
  return function connect(authority, ...given) {
    const url = authority instanceof URL ? authority : new URL(authority);
    const options = given.find((value) => value && typeof value === 'object') || {};
    const listener = given.find((value) => typeof value === 'function');
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const secure = url.protocol === 'https:';
    const port = url.port || (secure ? 443 : 80);
    if (options.createConnection || isProxy(host, port)) {
      return direct.call(this, authority, ...given);
    }
    const createConnection = () => {
      const socket = new Tunnel(host, port);
      if (!secure) return socket;
      const servername = serverName(options, host);
      return tls.connect({ ALPNProtocols: ['h2'], ...options, socket, host, servername });
    };
    return direct.call(this, authority, { ...options, createConnection }, listener);
  };
}

// A tunnel that can be written to before it stands.
class Tunnel extends Duplex {
  constructor(host, port) {
    super();
    this.up = new Promise((resolve, reject) => {
      tunnel(host, port, (error, socket) => (error ? reject(error) : resolve(socket)));
    });
    this.up.then((socket) => this.follow(socket), (error) => this.destroy(error));
  }

  follow(socket) {
    socket.on('data', (chunk) => this.push(chunk) || socket.pause());
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  _read() {
    this.up.then((socket) => socket.resume(), () => {});
  }

  _write(chunk, encoding, done) {
    this.up.then((socket) => socket.write(chunk, done), done);
  }

  _final(done) {
    this.up.then((socket) => socket.end(done), done);
  }

  _destroy(error, done) {
    this.up.then((socket) => socket.destroy(), () => {});
    done(error);
  }
}

// fetch: its dispatcher exists only after first use, and so does the class that it is made of.
function fetching(direct) {
  let led = false;
  return function fetch(...given) {
    if (!led) {
      led = true;
      leadDispatcher(direct);
    }
    return direct.apply(this, given);
  };
}

function leadDispatcher(direct) {
  const place = Symbol.for('undici.globalDispatcher.1');
  // Makes the dispatcher, and goes nowhere.
  direct('data:,').catch(() => {});
  const current = globalThis[place];
  // Another one than the built-in is the program's own choice.
  if (!current || current.constructor.name !== 'Agent') return;
  globalThis[place] = new current.constructor({ connect: dial });
}

function dial(options, done) {
  const host = options.hostname.replace(/^\[|\]$/g, '');
  const secure = options.protocol === 'https:';
  const port = options.port || (secure ? 443 : 80);
  if (isProxy(host, port)) return settle(net.connect(port, host), 'connect', done);
  tunnel(host, port, (error, socket) => {
    if (error) return done(error, null);
    if (!secure) return done(null, socket);
    const servername = serverName(options, host);
    const secured = { socket, host, servername, ALPNProtocols: ['http/1.1'] };
    settle(tls.connect(secured), 'secureConnect', done);
  });
}

function settle(socket, event, done) {
  const failed = (error) => done(error, null);
  socket.once('error', failed);
  socket.once(event, () => {
    socket.removeListener('error', failed);
    done(null, socket);
  });
}
