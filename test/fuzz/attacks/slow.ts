import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attack } from '../attack.ts';
import { exchange } from '../exchange.ts';

const CONNECTIONS = 400;
const DROPS = 20;
const DROP_MS = 50;

/** Many clients that send drop by drop, or take an answer and do not read it: others are served meanwhile. */
export const slow: Attack = {
  name: 'slow clients',
  run: async ({ global, zone }) => {
    const found: string[] = [];
    for (const url of [global, zone]) {
      const sockets = Array.from({ length: CONNECTIONS }, (_, i) => slowClient(url, i));
      for (let i = 0; i < DROPS; i++) {
        for (const socket of sockets) socket.write(i === 0 ? '' : `x-${i}: 1\r\n`);
        const { status } = await exchange(url, 'GET', '/meshes', {}, undefined);
        if (status !== 200) found.push(`while ${CONNECTIONS} dripped, ${url} answered ${status}`);
        await sleep(DROP_MS);
      }
      for (const socket of sockets) socket.destroy();
    }
    return found;
  },
};

function slowClient(url: string, index: number): Socket {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname).on('error', () => {});
  if (index % 2 === 0) socket.write(`PUT /meshes/slow HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n`);
  else {
    // Asks again and again, and reads nothing.
    socket.pause();
    socket.write(`GET /_resources HTTP/1.1\r\nHost: ${host}\r\n\r\n`.repeat(100));
    socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n`);
  }
  return socket;
}
