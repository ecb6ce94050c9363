import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../../deploy/process/ports.ts';

/** How a link behaves: `stalled` takes and gives nothing without an end, as a network that drops all packets. */
export type LinkState = 'open' | 'cut' | 'stalled' | 'half-closed';

/** A TCP connection between two programs, through us, so that it can be cut, stalled, half closed or slowed. */
export class Link {
  readonly port: number;
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #state: LinkState = 'open';
  /** Milliseconds that every piece is held back, and up to so many more. */
  #delay = { ms: 0, jitter: 0 };

  private constructor(port: number, server: Server) {
    this.port = port;
    this.#server = server;
  }

  /** @param target port of 127.0.0.1 */
  static async to(target: number): Promise<Link> {
    const server = createServer({ allowHalfOpen: true });
    const link = new Link(await freePort(), server);
    server.on('connection', (near) => link.#join(near, target));
    await new Promise<void>((resolve) => server.listen(link.port, '127.0.0.1', resolve));
    return link;
  }

  set(state: LinkState): void {
    this.#state = state;
    for (const [near, far] of this.#pairs) {
      if (state === 'cut') for (const socket of [near, far]) socket.destroy();
      if (state === 'half-closed') far.end();
      for (const socket of [near, far]) {
        if (state === 'stalled') socket.pause();
        else socket.resume();
      }
    }
  }

  slow(ms: number, jitter: number): void {
    this.#delay = { ms, jitter };
  }

  async close(): Promise<void> {
    this.set('cut');
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(near: Socket, target: number): void {
    if (this.#state === 'cut') {
      near.destroy();
      return;
    }
    const far = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    this.#carry(near, far);
    this.#carry(far, near);
    const end = () => {
      this.#pairs.delete(pair);
      for (const socket of pair) socket.destroy();
    };
    for (const socket of pair) {
      socket.on('error', end).on('close', end);
      if (this.#state === 'stalled') socket.pause();
    }
  }

  #carry(from: Socket, to: Socket): void {
    let last = 0;
    const later = (act: () => void) => {
      const { ms, jitter } = this.#delay;
      if (ms + jitter === 0 && last <= Date.now()) return act();
      // What came first goes first, however long it is held back.
      last = Math.max(last, Date.now() + ms + Math.random() * jitter);
      setTimeout(act, last - Date.now());
    };
    from.on('data', (piece) => later(() => to.writable && to.write(piece)));
    from.on('end', () => later(() => to.end()));
  }
}
