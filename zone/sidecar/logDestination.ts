import { connect, type Socket } from 'node:net';

/** Bytes that wait for a destination that is slow or not connected yet. */
const WAITING_LIMIT = 1_048_576;
const RETRY_MS = 1_000;
const LAST_PORT = 65_535;

/** Somebody who takes log lines by TCP. Lines that cannot be sent are dropped, and the log says how many. */
export class LogDestination {
  readonly #address: string;
  readonly #log: (message: string, fields?: object) => void;
  #socket: Socket | undefined;
  /** No attempt before; milliseconds of a clock that only runs. */
  #nextAttempt = 0;
  #dropped = 0;

  /** @param address `host:port`, IPv6 in brackets */
  constructor(address: string, log: (message: string, fields?: object) => void) {
    this.#address = address;
    this.#log = log;
  }

  send(text: string): void {
    const socket = this.#socket ?? this.#connect();
    if (!socket || socket.writableLength > WAITING_LIMIT) this.#dropped++;
    else socket.write(text);
  }

  close(): void {
    this.#socket?.removeAllListeners('close');
    this.#socket?.destroy();
  }

  #connect(): Socket | undefined {
    if (performance.now() < this.#nextAttempt) return undefined;
    const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(this.#address) ?? [];
    // Whoever writes into the pipe may write anything.
    if (host === '' || Number(port) > LAST_PORT) {
      this.#nextAttempt = Number.POSITIVE_INFINITY;
      this.#log('cannot send access logs: the address is not host:port', { address: this.#address });
      return undefined;
    }
    const socket = connect({ host, port: Number(port) });
    let problem = 'the connection was closed';
    socket.on('error', ({ message }) => {
      problem = message;
    });
    socket.on('connect', () => {
      if (this.#dropped > 0)
        this.#log('access log lines were dropped', { address: this.#address, lines: this.#dropped });
      this.#dropped = 0;
    });
    socket.on('close', () => {
      this.#socket = undefined;
      this.#nextAttempt = performance.now() + RETRY_MS;
      this.#log(`cannot send access logs: ${problem}`, { address: this.#address });
    });
    socket.resume();
    this.#socket = socket;
    return socket;
  }
}
