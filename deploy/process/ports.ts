import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { reservePort } from './portReservation.ts';

// Below the range from which connections take their source ports (32768… on Linux, 49152… elsewhere): a server that is
// restarted must find its port again while its clients are busy trying to reconnect.
const first = 10_000;
const beyond = 32_000;

const given = new Set<number>();

/** A port that is free now, for TCP and (unless `udp` is false) UDP; no two processes of this machine get the same one from here. */
export async function freePort({ udp = true }: { readonly udp?: boolean } = {}): Promise<number> {
  for (;;) {
    const port = randomInt(first, beyond);
    if (given.has(port)) continue;
    given.add(port);
    if (!reservePort(port)) continue;
    if ((await bindsTcp(port)) && (!udp || (await bindsUdp(port)))) return port;
  }
}

export const freePorts = (count: number): Promise<number[]> =>
  Promise.all(Array.from({ length: count }, () => freePort()));

// The wildcard address is refused when any single address has the port.
function bindsTcp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '0.0.0.0', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function bindsUdp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(false));
    socket.bind({ port, address: '0.0.0.0', exclusive: true }, () => socket.close(() => resolve(true)));
  });
}
