import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../deploy/process/ports.ts';

/** Microseconds between two looks at what runs. */
const INTERVAL = 500;
const PATIENCE = 10_000;

/**
 * Takes CPU profiles of a running Node process: SIGUSR1 makes it open its inspector, on a port that it was told by NODE_OPTIONS
 * at its start. Of the processes that share these options only the one that gets the signal opens it.
 */
export class Profiler {
  readonly #folder: string;
  readonly #port: number;
  #socket: WebSocket | undefined;
  #number = 0;

  static async into(folder: string): Promise<Profiler> {
    await mkdir(folder, { recursive: true });
    return new Profiler(folder, await freePort());
  }

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
  }

  /** Environment that the process to be profiled must be started with. From its sources, since a profile names files. */
  get env(): Record<string, string> {
    const options = `${process.env.NODE_OPTIONS ?? ''} --inspect-port=127.0.0.1:${this.#port}`.trim();
    return { NODE_OPTIONS: options, MERIDIAN_BUNDLE: 'off' };
  }

  async attach(pid: number): Promise<void> {
    process.kill(pid, 'SIGUSR1');
    this.#socket = new WebSocket(await this.#url());
    await new Promise((resolve, reject) => {
      this.#socket?.addEventListener('open', resolve, { once: true });
      this.#socket?.addEventListener('error', () => reject(new Error('the inspector refused us')), { once: true });
    });
    await this.#call('Profiler.enable');
    await this.#call('Profiler.setSamplingInterval', { interval: INTERVAL });
  }

  /** Profiles while `work` runs. Writes `<name>.cpuprofile`, for Chrome's developer tools and profile.ts. */
  async during<T>(name: string, work: () => Promise<T>): Promise<T> {
    await this.#call('Profiler.start');
    const result = await work();
    const { profile } = (await this.#call('Profiler.stop')) as { profile: unknown };
    await writeFile(join(this.#folder, `${name}.cpuprofile`), JSON.stringify(profile));
    return result;
  }

  close(): void {
    this.#socket?.close();
  }

  async #url(): Promise<string> {
    for (const end = Date.now() + PATIENCE; ; await sleep(50)) {
      try {
        const response = await fetch(`http://127.0.0.1:${this.#port}/json/list`);
        const [target] = (await response.json()) as { webSocketDebuggerUrl: string }[];
        if (target) return target.webSocketDebuggerUrl;
      } catch (cause) {
        if (Date.now() > end) throw new Error('the process to be profiled opened no inspector', { cause });
      }
    }
  }

  #call(method: string, params: object = {}): Promise<unknown> {
    const socket = this.#socket;
    if (!socket) throw new Error('not attached');
    const id = ++this.#number;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const take = ({ data }: MessageEvent) => {
      const answer = JSON.parse(String(data)) as { id?: number; result?: unknown; error?: { message: string } };
      if (answer.id !== id) return;
      socket.removeEventListener('message', take);
      if (answer.error) reject(new Error(`${method}: ${answer.error.message}`));
      else resolve(answer.result);
    };
    socket.addEventListener('message', take);
    socket.addEventListener('close', () => reject(new Error(`${method}: the process to be profiled is gone`)), {
      once: true,
    });
    socket.send(JSON.stringify({ id, method, params }));
    return promise;
  }
}
