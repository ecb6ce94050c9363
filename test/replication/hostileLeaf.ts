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
  /** The latest value of each header that came. */
  readonly headers = new Map<string, string>();
  readonly #socket: TLSSocket;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    const lines = createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY });
    lines.on('line', (line) => {
      const [word = '', subject = ''] = line.split(' ');
      if (word === 'PING') socket.write('PONG\r\n');
      else if (word === 'LS+') this.wanted.add(subject);
      else if (/^(LMSG|HMSG|-ERR)$/.test(word)) this.came.push(line);
      else if (/^Nats-[^ ]+:$/.test(word)) this.headers.set(word.slice(0, -1), subject);
      if (/^\$JS\.[^.]+\.API\.CONSUMER\.RESET\.ZONE\./.test(subject)) this.#beginAnew(line);
    });
    socket.on('error', () => {});
  }

  /** With a credential that the zone was given. */
  static async connect({ keys, leafUrl }: Pick<Hub, 'keys' | 'leafUrl'>, zone: string): Promise<HostileLeaf> {
    const key = createUser();
    const expiresAt = new Date(Date.now() + HOUR_MS);
    const jwt = await zoneCredential(keys, { zone, userKey: key.getPublicKey(), expiresAt });
    const plain = createConnection(Number(new URL(leafUrl).port), '127.0.0.1');
    // The hub closes the link at what it refuses.
    plain.on('error', () => {});
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

  /**
   * Has the hub's server publish there, in every way in which a server does: where it is asked for flow control, where a consumer says
   * that it waits for that, and where the zone wants to be told that what is its own begins anew.
   */
  haveHubPublish(zone: string, subject: string): void {
    this.publishWithHead(`cp.repl.up-${zone}`, 'NATS/1.0 100 FlowControl Request', subject);
    this.publishWithHead(`cp.repl.up-${zone}`, `NATS/1.0 100 Idle Heartbeat\r\nNats-Consumer-Stalled: ${subject}`);
    this.publish(`$JS.global.API.CONSUMER.RESET.EVENTS.ev-${zone}`, '{"seq":1}', subject);
  }

  /** Plays the log of the zone: whenever the hub asks, it is read from its beginning. */
  serveLog(zone: string): void {
    this.subscribe(`$JS.${zone}.API.CONSUMER.RESET.ZONE.up-${zone}`);
  }

  /**
   * A message of the zone's log, as what the hub gathers.
   * @param at the numbers that the consumer and the log gave it @param subject what it was published on, says the zone's server
   */
  say(
    zone: string,
    at: { readonly consumer: number; readonly log: number },
    subject: string,
    body: string,
    head = 'NATS/1.0',
  ): void {
    const reply = `$JS.ACK.ZONE.up-${zone}.1.${at.log}.${at.consumer}.${Date.now()}000000.0@${subject}`;
    this.publishWithHead(`cp.repl.up-${zone}`, head, reply, body);
  }

  close(): void {
    this.#socket.destroy();
  }

  #beginAnew(request: string): void {
    const [, subject = '', reply = ''] = request.split(' ');
    const [name, stream_name] = subject.split('.').reverse();
    const none = { consumer_seq: 0, stream_seq: 0 };
    const info = { stream_name, name, config: { ack_policy: 'flow_control' }, delivered: none, ack_floor: none };
    const type = 'io.nats.jetstream.api.v1.consumer_reset_response';
    this.publish(reply, JSON.stringify({ type, ...info, created: new Date().toISOString(), reset_seq: 1 }));
  }
}
