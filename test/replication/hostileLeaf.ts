import { once } from 'node:events';
import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';
import { connect, type TLSSocket } from 'node:tls';
import { createUser } from '@nats-io/nkeys';
import { zoneCredential } from '../../global/hubAccess/credentials.ts';
import { tlsTo } from '../../nats/connect.ts';
import type { Hub } from './wiring.ts';

const HOUR_MS = 3_600_000;

/** What speaks to the hub as the nats-server of a zone does, and keeps to none of the rules that such a server keeps to by itself. */
export class HostileLeaf {
  /** Subjects that the hub says somebody wants messages of. */
  readonly wanted = new Set<string>();
  /** Lines of messages and errors that came. */
  readonly came: string[] = [];
  readonly #socket: TLSSocket;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    const lines = createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY });
    lines.on('line', (line) => {
      const [word = '', subject = ''] = line.split(' ');
      if (word === 'PING') socket.write('PONG\r\n');
      else if (word === 'LS+') this.wanted.add(subject);
      else if (/^(LMSG|HMSG|-ERR)$/.test(word)) this.came.push(line);
    });
    socket.on('error', () => {});
  }

  /** With a credential that the zone was given. */
  static async connect({ keys, leafUrl }: Pick<Hub, 'keys' | 'leafUrl'>, zone: string): Promise<HostileLeaf> {
    const key = createUser();
    const expiresAt = new Date(Date.now() + HOUR_MS);
    const jwt = await zoneCredential(keys, { zone, userKey: key.getPublicKey(), expiresAt });
    const plain = createConnection(Number(new URL(leafUrl).port), '127.0.0.1');
    const [greeting] = (await once(plain, 'data')) as [Buffer];
    const { nonce } = JSON.parse(greeting.toString().replace(/^INFO /, '')) as { nonce: string };
    const socket = connect({ socket: plain, ...tlsTo(leafUrl, keys.trusted), host: '127.0.0.1' });
    await once(socket, 'secureConnect');
    const sig = Buffer.from(key.sign(Buffer.from(nonce))).toString('base64url');
    const leaf = new HostileLeaf(socket);
    const claims = {
      jwt,
      sig,
      server_id: `hostile-${zone}`,
      name: `hostile-${zone}`,
      domain: 'hostile',
      headers: true,
    };
    socket.write(`CONNECT ${JSON.stringify({ ...claims, jetstream: true, version: '2.15.1' })}\r\nPING\r\n`);
    return leaf;
  }

  subscribe(subject: string): void {
    this.#socket.write(`LS+ ${subject}\r\n`);
  }

  publish(subject: string, body = '', reply = ''): void {
    this.#socket.write(`LMSG ${subject} ${reply ? `${reply} ` : ''}${Buffer.byteLength(body)}\r\n${body}\r\n`);
  }

  /** @param head `NATS/1.0 …`, its lines parted by CR LF */
  publishWithHead(subject: string, head: string, reply = '', body = ''): void {
    const bytes = `${head}\r\n\r\n`;
    const sizes = `${Buffer.byteLength(bytes)} ${Buffer.byteLength(bytes + body)}`;
    this.#socket.write(`HMSG ${subject} ${reply ? `${reply} ` : ''}${sizes}\r\n${bytes}${body}\r\n`);
  }

  close(): void {
    this.#socket.destroy();
  }
}
