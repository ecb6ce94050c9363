import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { freePorts as choosePorts } from '../process/ports.ts';

const given = new Set<number>();

/** All ports that this run gave to its processes: in the end, nobody may listen on them. */
export function givenPorts(): ReadonlySet<number> {
  return given;
}

/** So many ports that are free on all addresses, for TCP and UDP; none is given twice. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = await choosePorts(count);
  for (const port of ports) given.add(port);
  return ports;
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
