import { connect, type Socket } from 'node:net';

export interface PollerOptions {
  readonly host: string;
  readonly port: number;
  /** `Host` of the requests. */
  readonly authority: string;
  readonly path?: string;
  /** Milliseconds between two requests. */
  readonly pause: number;
}

interface Waiting {
  readonly text: string;
  readonly seen: (at: number) => void;
}

const ANSWER_MS = 5_000;

/**
 * Sends one GET after the other through a proxy, on one connection while that lasts, and looks for texts in the answers. As lean as
 * it can be: twenty of them share the machine with what they measure. An answer is taken to come in one piece.
 */
export class Poller {
  readonly #options: PollerOptions;
  readonly #request: string;
  readonly #waiting = new Set<Waiting>();
  #socket: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sent = 0;
  #ended = false;
  /** Requests that got no answer, or that of a server error. */
  failed = 0;
  answered = 0;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#request = `GET ${options.path ?? '/'} HTTP/1.1\r\nHost: ${options.authority}\r\n\r\n`;
    this.#send();
  }

  /** @returns when an answer with that text arrived first, performance.now(); undefined when the time was over before */
  async until(text: string, timeout: number): Promise<number | undefined> {
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    const waiting = { text, seen: resolve };
    this.#waiting.add(waiting);
    const timer = setTimeout(() => resolve(undefined), timeout);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(waiting);
    }
  }

  stop(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#socket?.destroy();
  }

  #send(): void {
    this.#sent = performance.now();
    this.#socket ??= this.#connect();
    this.#socket.write(this.#request);
  }

  #next(): void {
    if (this.#ended) return;
    const rest = this.#options.pause - (performance.now() - this.#sent);
    this.#timer = setTimeout(() => this.#send(), Math.max(0, rest));
  }

  #connect(): Socket {
    const socket = connect(this.#options.port, this.#options.host);
    socket.setNoDelay(true);
    socket.setTimeout(ANSWER_MS, () => socket.destroy());
    socket.on('data', (data) => this.#take(data));
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#socket !== socket || this.#ended) return;
      this.#socket = undefined;
      this.failed++;
      clearTimeout(this.#timer);
      this.#next();
    });
    return socket;
  }

  #take(data: Buffer): void {
    const at = performance.now();
    const answer = data.toString('latin1');
    if (/^HTTP\/1\.1 5/.test(answer)) this.failed++;
    else this.answered++;
    for (const { text, seen } of this.#waiting) if (answer.includes(text)) seen(at);
    // `connection: close`: the end of the connection makes the next one.
    if (/\r\nconnection: close\r\n/i.test(answer)) this.#socket?.end();
    this.#next();
  }
}
