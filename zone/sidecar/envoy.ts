import { type ChildProcess, spawn } from 'node:child_process';
import { request } from '../../http/nodeHttp.ts';
import { StartError } from './startError.ts';

interface EnvoyOptions {
  readonly binary: string;
  readonly bootstrapFile: string;
  /** Unix socket of its admin API. */
  readonly adminSocket: string;
  readonly concurrency: number | undefined;
  /** Seconds that connections of a listener live on which was changed or removed. */
  readonly drainTimeS: number;
  readonly logLevel: string;
}

const KILL_MS = 5_000;
const ADMIN_TIMEOUT_MS = 1_000;

/** An Envoy that this process started; its output goes where ours goes. */
export class Envoy {
  /** Resolves with what it ended with. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  readonly #process: ChildProcess;
  readonly #adminSocket: string;
  #running = true;

  constructor({ binary, bootstrapFile, adminSocket, concurrency, drainTimeS, logLevel }: EnvoyOptions) {
    this.#adminSocket = adminSocket;
    const args = [
      ...['--config-path', bootstrapFile],
      ...['--drain-time-s', String(drainTimeS)],
      // Connections obey a changed listener at once, not spread over the drain time as by default.
      ...['--drain-strategy', 'immediate'],
      '--disable-hot-restart',
      ...['--log-level', logLevel],
      ...(concurrency === undefined ? ['--cpuset-threads'] : ['--concurrency', String(concurrency)]),
    ];
    this.#process = spawn(binary, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    this.exited = new Promise((resolve, reject) => {
      this.#process.once('error', (cause) => {
        this.#running = false;
        reject(new StartError(`cannot run Envoy (${binary}): ${cause.message}; name it with --binary-path`));
      });
      this.#process.once('exit', (code, signal) => {
        this.#running = false;
        resolve({ code, signal });
      });
    });
    this.exited.catch(() => {});
  }

  get running(): boolean {
    return this.#running;
  }

  /** Asks the admin API. @returns the status, 0 when there is no answer. */
  admin(path: string, method: 'GET' | 'POST' = 'GET'): Promise<number> {
    return new Promise((resolve) => {
      const call = request({ socketPath: this.#adminSocket, path, method, timeout: ADMIN_TIMEOUT_MS, agent: false });
      call.on('timeout', () => call.destroy());
      call.on('error', () => resolve(0));
      call.on('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      call.end();
    });
  }

  /** Live: it has its first configuration and serves. */
  async ready(): Promise<boolean> {
    return (await this.admin('/ready')) === 200;
  }

  /** SIGTERM, and SIGKILL when that is not heard; resolves when it is gone. */
  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), KILL_MS);
    await this.exited.catch(() => undefined);
    clearTimeout(timer);
  }

  /** At once; for when this process itself is being ended. */
  kill(): void {
    if (this.#running) this.#process.kill('SIGKILL');
  }
}
