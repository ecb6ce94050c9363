import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answered, Command, Commands, FleetSettings } from './messages.ts';

const SCRIPT = fileURLToPath(new URL('process.ts', import.meta.url));

type Pending = { readonly resolve: (value: unknown) => void; readonly reject: (cause: Error) => void };

/** Simulated sidecars of one zone, in a process of their own: what they cost does not delay the bench's own clock. */
export class Fleet {
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  #number = 0;
  #ended: Error | undefined;

  constructor(settings: FleetSettings) {
    this.#child = fork(SCRIPT, [JSON.stringify(settings)], { serialization: 'advanced' });
    this.#child.on('message', ({ number, value, error }: Answered) => {
      const pending = this.#pending.get(number);
      this.#pending.delete(number);
      if (error === undefined) pending?.resolve(value);
      else pending?.reject(new Error(`the fleet: ${error}`));
    });
    this.#child.on('exit', (code, signal) => {
      this.#ended = new Error(`the fleet's process ended (${signal ?? code})`);
      for (const { reject } of this.#pending.values()) reject(this.#ended);
      this.#pending.clear();
    });
  }

  /** @throws Error when it failed there, or the process ended */
  ask<K extends Command>(command: K, ...args: Parameters<Commands[K]>): Promise<ReturnType<Commands[K]>> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const number = this.#number++;
    if (this.#ended) reject(this.#ended);
    else {
      this.#pending.set(number, { resolve, reject });
      this.#child.send({ number, command, args });
    }
    return promise as Promise<ReturnType<Commands[K]>>;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Ends the process and with it all connections. */
  async stop(): Promise<void> {
    if (this.#ended) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill();
    await ended;
  }
}
