// Leads fetch, http and https through the proxy that the environment names, for versions of Node.js
// that do not look there by themselves. Each connection becomes a tunnel (CONNECT), so that agents
// of any library work unchanged. Connections to the proxy itself, and Unix sockets, stay as they are.
'use strict';

const http = require('http');
const https = require('https');
const net = require('net');
const tls = require('tls');

const proxy = proxyUrl();
if (proxy && !looksByItself()) {
  http.Agent.prototype.createConnection = connecting(
    (options) => [options.host || 'localhost', options.port || 80],
    http.Agent.prototype.createConnection,
    (socket) => socket,
  );
  https.Agent.prototype.createConnection = connecting(
    (options) => [options.host || 'localhost', options.port || 443],
    https.Agent.prototype.createConnection,
    // The agent's own way, from here on: it keeps TLS sessions.
    null,
  );
  if (typeof globalThis.fetch === 'function') globalThis.fetch = fetching(globalThis.fetch);
}

function proxyUrl() {
  const text = process.env.https_proxy || process.env.HTTPS_PROXY || process.env.http_proxy;
  try {
    return text ? new URL(text) : null;
  } catch {
    return null;
  }
}

// NODE_USE_ENV_PROXY: 24.0, and 22.21.
function looksByItself() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major >= 24 || (major === 22 && minor >= 21);
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

// createConnection of an agent: over a tunnel.
function connecting(target, direct, finish) {
  return function createConnection(...given) {
    const options = given.find((value) => value && typeof value === 'object') || {};
    const done = given.find((value) => typeof value === 'function');
    const [host, port] = target(options);
    if (!done || options.socketPath || options.socket || isProxy(host, port)) {
      return direct.apply(this, given);
    }
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
    settle(tls.connect({ socket, servername, ALPNProtocols: ['http/1.1'] }), 'secureConnect', done);
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
