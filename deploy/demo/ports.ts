import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

// Below the range that connections take their source ports from (32768…, net.ipv4.ip_local_port_range): a server that is
// restarted must find its port again, while its clients are busy trying to connect to it.
const FIRST = 10_000;
const LAST = 32_000;

const given = new Set<number>();

/** So many ports that are free on all addresses, for TCP and UDP; none is given twice by one process. */
export async function freePorts(count: number): Promise<number[]> {
  const free: number[] = [];
  while (free.length < count) {
    const port = randomInt(FIRST, LAST);
    if (given.has(port)) continue;
    given.add(port);
    if (await bindable(port, '0.0.0.0')) free.push(port);
  }
  return free;
}

export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

/** Whether we could listen there, by TCP and UDP. */
export async function bindable(port: number, host: string): Promise<boolean> {
  return (await tcp(port, host)) && (await udp(port, host));
}

function tcp(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function udp(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(false));
    socket.bind({ port, address: host, exclusive: true }, () => socket.close(() => resolve(true)));
  });
}
