import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { StartError } from './startError.ts';

/** User that a child runs as; only given when we are root. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

export interface ChildSpec {
  /** `global`, `zone-1`, `frontend sidecar`: how it is spoken of. */
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Takes its standard output and error, appended. */
  readonly logFile: string;
  readonly runAs?: RunAs | undefined;
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly grace?: number;
  /** Higher ones are stopped before lower ones. */
  readonly generation?: number;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A line of a child's output that is JSON, as pino writes it. */
export type LogLine = Readonly<Record<string, unknown>>;

/**
 * One process of our own, leader of a process group of its own: Ctrl-C in the terminal does not reach it, so we decide the
 * order in which things stop, and what it started itself can be ended with it.
 */
export class Child {
  readonly spec: ChildSpec;
  readonly exited: Promise<Exit>;
  readonly #process: ChildProcess;
  readonly #log: WriteStream;
  readonly #lines: LogLine[] = [];
  readonly #watchers = new Set<(line: LogLine) => void>();
  #tail: string[] = [];
  #exit: Exit | undefined;
  #stopping = false;

  constructor(spec: ChildSpec) {
    this.spec = spec;
    this.#log = createWriteStream(spec.logFile, { flags: 'a' });
    this.#process = spawn(spec.file, [...spec.args], {
      cwd: spec.cwd,
      env: { ...process.env, ...spec.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      ...(spec.runAs ?? {}),
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.#take(line));
    }
    this.exited = new Promise((resolve, reject) => {
      this.#process.once('error', (cause) => reject(new StartError(`cannot run ${spec.file} (${spec.name}): ${cause.message}`)));
      this.#process.once('close', (code, signal) => {
        this.#exit = { code, signal };
        this.#killGroup();
        this.#log.end();
        resolve(this.#exit);
      });
    });
    this.exited.catch(() => {});
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get running(): boolean {
    return this.#exit === undefined && this.#process.pid !== undefined;
  }

  /** True once `stop` or `kill` was called: its end is no surprise. */
  get stopping(): boolean {
    return this.#stopping;
  }

  /** The last lines it said, for telling why it ended. */
  get tail(): readonly string[] {
    return this.#tail;
  }

  /** The first JSON line that fits, also among those already said. @throws StartError when it ends or `timeout` ms pass before. */
  async line(fits: (line: LogLine) => boolean, timeout: number): Promise<LogLine> {
    const known = this.#lines.find(fits);
    if (known) return known;
    const { promise, resolve, reject } = Promise.withResolvers<LogLine>();
    const watcher = (line: LogLine) => fits(line) && resolve(line);
    this.#watchers.add(watcher);
    const timer = setTimeout(() => reject(new StartError(`${this.spec.name} was not ready within ${timeout / 1000} s\n${this.lastWords()}`)), timeout);
    this.exited.then(() => reject(new StartError(`${this.spec.name} ended before it was ready\n${this.lastWords()}`)), reject);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#watchers.delete(watcher);
    }
  }

  /** Waits for pino's `{"msg":"ready"}`. */
  ready(timeout = 60_000): Promise<LogLine> {
    return this.line((line) => line.msg === 'ready', timeout);
  }

  lastWords(): string {
    return [...this.#tail.slice(-6).map((line) => `    ${line}`), `    (${this.spec.logFile})`].join('\n');
  }

  /** SIGTERM, and SIGKILL after the grace. Resolves when it is gone with all it started. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (!this.running) return;
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#killGroup(), this.spec.grace ?? 10_000);
    await this.exited.catch(() => undefined);
    clearTimeout(timer);
  }

  /** The signal to this process alone; for proofs of what happens when it dies. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    this.#stopping = true;
    if (!this.running) return;
    this.#process.kill(signal);
    await this.exited.catch(() => undefined);
  }

  #take(line: string): void {
    this.#log.write(`${line}\n`);
    this.#tail = [...this.#tail.slice(-19), line];
    if (!line.startsWith('{')) return;
    let parsed: LogLine;
    try {
      parsed = JSON.parse(line) as LogLine;
    } catch {
      return;
    }
    if (parsed.msg === 'ready') this.#lines.push(parsed);
    for (const watcher of this.#watchers) watcher(parsed);
  }

  /** What it started and left behind; the group is gone when there is nothing. */
  #killGroup(): void {
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // ESRCH: nobody is left
    }
  }
}
