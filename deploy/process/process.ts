import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

interface ProcessSpec {
  /** How errors speak of it. */
  readonly name: string;
  readonly file: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Only root may choose. */
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** Milliseconds between SIGTERM and SIGKILL in `stop`. */
  readonly grace?: number;
  /** It sees that we are gone and then ends in order, with what it started: it is not killed when we exit. */
  readonly endsWithParent?: boolean;
  /** Gets every line it says, as for a log file. */
  readonly onLine?: (line: string) => void;
  /** Other than SIGTERM when the program stops differently. */
  readonly stopSignal?: NodeJS.Signals;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const keptLines = 200;
const running = new Set<ChildProcess>();

// Nothing we started outlives us, even when a test runner ends in the middle of a test.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A child process in a process group of its own (Ctrl-C does not reach it past us), with its last lines of output. */
export class Process {
  readonly spec: ProcessSpec;
  /** Resolves once, when it has ended or could not be started; never rejects. */
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #watchers = new Set<(line: string) => void>();
  #exit: Exit | undefined;

  constructor(spec: ProcessSpec) {
    this.spec = spec;
    const { uid, gid } = spec;
    this.#child = spawn(spec.file, [...(spec.args ?? [])], {
      ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
      env: { ...process.env, ...spec.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    if (!spec.endsWithParent) running.add(this.#child);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.#take(line));
    }
    this.exited = new Promise((resolve) => {
      const end = (exit: Exit) => {
        running.delete(this.#child);
        this.#exit ??= exit;
        resolve(this.#exit);
      };
      this.#child.once('error', (cause) => {
        if (this.#child.pid !== undefined) return; // a signal that could not be sent; it still runs
        this.#take(`cannot run ${spec.file}: ${cause.message}`);
        end({ code: null, signal: null });
      });
      this.#child.once('exit', (code, signal) => end({ code, signal }));
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.spec.name} was not started\n${this.output}`);
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#exit === undefined && this.#child.pid !== undefined;
  }

  /** The last lines of standard output and error, in the order they came. */
  get output(): string {
    return this.#lines.join('\n');
  }

  /** The first line that fits, also among those already said. Throws when the process ends or the time is over before. */
  async line(pattern: RegExp, timeout = 60_000): Promise<string> {
    const said = this.#lines.find((line) => pattern.test(line));
    if (said !== undefined) return said;
    const { promise, resolve } = Promise.withResolvers<string>();
    const watcher = (line: string) => {
      if (pattern.test(line)) resolve(line);
    };
    this.#watchers.add(watcher);
    try {
      return await this.orFail(promise, timeout, `said ${pattern}`);
    } finally {
      this.#watchers.delete(watcher);
    }
  }

  /** `wanted`, unless the process ends or `timeout` milliseconds pass first: then an error with its last words. */
  async orFail<T>(wanted: Promise<T>, timeout: number, what: string): Promise<T> {
    const { promise: failed, reject } = Promise.withResolvers<never>();
    const fail = (why: string) => reject(new Error(`${this.spec.name} ${why} before it ${what}\n${this.output}`));
    const timer = setTimeout(() => fail(`ran ${timeout} ms`), timeout);
    void this.exited.then(({ code, signal }) => fail(`ended (${signal ?? code})`));
    try {
      return await Promise.race([wanted, failed]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Asks it to end, forces it after the grace. Resolves when it is gone. */
  async stop(): Promise<Exit> {
    if (this.running) this.#child.kill(this.spec.stopSignal ?? 'SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), this.spec.grace ?? 10_000);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends a signal and waits for the end; SIGKILL is how tests let a process die. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Exit> {
    if (this.running) this.#child.kill(signal);
    return this.exited;
  }

  #take(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > keptLines) this.#lines.shift();
    this.spec.onLine?.(line);
    for (const watcher of this.#watchers) watcher(line);
  }
}
