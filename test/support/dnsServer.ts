import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export interface DnsServer {
  /** `127.0.0.1:port` */
  readonly address: string;
  /** Name → IPv4 address. Any other name is one that is not there. */
  readonly names: Map<string, string>;
  /** It answers nothing but that it fails. */
  broken: boolean;
  stop(): Promise<void>;
}

const SERVER_FAILURE = 2;
const NO_SUCH_NAME = 3;
const HEADER = 12;

/** A server that speaks DNS over UDP on a free port (RFC 1035, section 4): one question, one answer of type A. */
export async function startDnsServer(): Promise<DnsServer> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const server: DnsServer = {
    address: `127.0.0.1:${socket.address().port}`,
    names: new Map(),
    broken: false,
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  };
  socket.on('message', (query, from) => {
    const { name, end } = question(query);
    const address = server.broken ? undefined : server.names.get(name);
    const code = server.broken ? SERVER_FAILURE : address === undefined ? NO_SUCH_NAME : 0;
    const header = Buffer.from(query.subarray(0, HEADER));
    header.writeUInt16BE(0x8180 | code, 2);
    header.writeUInt16BE(address === undefined ? 0 : 1, 6);
    header.writeUInt32BE(0, 8);
    const answer = address === undefined ? [] : [record(address)];
    socket.send(Buffer.concat([header, query.subarray(HEADER, end), ...answer]), from.port, from.address);
  });
  return server;
}

/** @returns the name that is asked for, and where the question ends */
function question(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = HEADER;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 5 };
}

/** Of the name in the question, for no time. */
function record(address: string): Buffer {
  const fixed = Buffer.from([0xc0, HEADER, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4]);
  return Buffer.concat([fixed, Buffer.from(address.split('.').map(Number))]);
}
