import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attack } from '../attack.ts';
import { exchange } from '../exchange.ts';

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
    return found;
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
