import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import type { Attack } from '../attack.ts';
import { exchange } from '../exchange.ts';
import { postBootstrap } from '../postBootstrap.ts';

const CONNECTIONS = 400;
const DROPS = 20;
const DROP_MS = 50;

/** Many clients that send drop by drop, take an answer and do not read it, or go half: others are served meanwhile. */
export const slow: Attack = {
  name: 'slow and half-closed clients',
  run: async ({ global, zone, ads, cluster, diagnostics, leafUrl }) => {
    const found: string[] = [];
    for (const url of [global, zone]) {
      const clients = Array.from({ length: CONNECTIONS }, (_, i) => slowClient(url, i, '/_resources'));
      found.push(...(await drip(clients, (i) => `x-${i}: 1\r\n`, [`${url}/meshes`])));
    }
    for (const url of diagnostics) {
      const clients = Array.from({ length: CONNECTIONS }, (_, i) => slowClient(url, i, '/metrics'));
      found.push(...(await drip(clients, (i) => `x-${i}: 1\r\n`, [`${url}/healthy`, `${global}/meshes`])));
    }
    const { hub, zones } = cluster.nats;
    for (const place of [ads, hub, leafUrl, ...Object.values(zones)]) {
      const clients = Array.from({ length: CONNECTIONS }, (_, i) => beginner(place, i));
      found.push(...(await drip(clients, (i) => HELLO.subarray(i, i + 1), [`${global}/meshes`, `${zone}/meshes`])));
    }
    const clients = Array.from({ length: CONNECTIONS / 4 }, (_, i) => slowProxy(ads, i));
    found.push(...(await drip(clients, () => ' ', [`${zone}/meshes`])));
    const answered = await postBootstrap(ads, '127.0.0.1', Buffer.from('{}'));
    return answered === 0 ? [...found, 'after those that dripped, POST /bootstrap was not answered'] : found;
  },
};

/** The beginning of a TLS 1.3 greeting that never comes to its end. */
const HELLO = Buffer.concat([Buffer.from('16030102000100', 'hex'), Buffer.alloc(DROPS)]);

/** Sends a drop to all at a time. @returns what is no longer served */
async function drip(clients: readonly Socket[], drop: (i: number) => string | Buffer, served: readonly string[]) {
  const found: string[] = [];
  for (let i = 0; i < DROPS; i++) {
    for (const client of clients) if (client.writable) client.write(drop(i));
    for (const url of served) {
      const { status } = await exchange(new URL(url).origin, 'GET', new URL(url).pathname, {}, undefined);
      if (status !== 200) found.push(`while ${clients.length} dripped, ${url} answered ${status}`);
    }
    await sleep(DROP_MS);
  }
  for (const client of clients) client.destroy();
  return found;
}

/** Connects to a port of TLS, and does not get further. Every other one says at once that it will say no more, and stays. */
function beginner(place: string, index: number): Socket {
  const { hostname, port } = new URL(place.includes('://') ? place : `tls://${place}`);
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true }).on('error', () => {});
  if (index % 2 === 0) socket.end(HELLO.subarray(0, index % HELLO.length));
  return socket;
}

/** A proxy whose bootstrap request never comes to its end; every other one closes its half first. */
function slowProxy(place: string, index: number): Socket {
  const { hostname, port } = new URL(`tls://${place}`);
  const options = { port: Number(port), host: hostname, rejectUnauthorized: false, allowHalfOpen: true };
  const socket = connectTls(options).on('error', () => {});
  socket.write('POST /bootstrap HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n{"mesh": "');
  if (index % 2 === 0) socket.once('secureConnect', () => socket.end());
  return socket;
}

/** @param asked what is asked for again and again by those that do not read the answers */
function slowClient(url: string, index: number, asked: string): Socket {
  const { hostname, port, host } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true }).on('error', () => {});
  if (index % 2 === 0) socket.write(`PUT /meshes/slow HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n`);
  else {
    // Asks again and again, and reads nothing.
    socket.pause();
    socket.write(`GET ${asked} HTTP/1.1\r\nHost: ${host}\r\n\r\n`.repeat(100));
    socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n`);
    if (index % 4 === 3) socket.end();
  }
  return socket;
}
