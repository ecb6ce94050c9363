import { createWriteStream } from 'node:fs';
import { type Exit, Process } from '../process/process.ts';
import { endGroup, killGroup } from './processGroup.ts';
import { StartError } from './startError.ts';

/** User that a child runs as; only given when we are root. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

export interface ChildSpec {
  /** `global`, `zone-1`, `frontend-1 sidecar`: how it is spoken of. */
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
  readonly generation: number;
}

/** A process of the demo: it logs to a file, says when it is ready, and what it started itself ends with it. */
export class Child {
  readonly spec: ChildSpec;
  /** Resolves when it has ended, and what it started with it. */
  readonly exited: Promise<Exit>;
  readonly #process: Process;
  readonly #ready: Promise<string>;
  readonly #pid: number;
  #up = false;
  #stopping = false;

  constructor(spec: ChildSpec) {
    this.spec = spec;
    // A disk that is full must not end whoever watches over the others; the process itself says what it cannot do without it.
    const log = createWriteStream(spec.logFile, { flags: 'a' }).on('error', () => {});
    this.#process = new Process({ ...spec, ...spec.runAs, onLine: (line) => log.write(`${line}\n`) });
    this.#pid = this.#process.running ? this.#process.pid : 0;
    this.#ready = this.#process.line(/"msg":"ready"/, 60_000);
    this.#ready.catch(() => {});
    this.exited = this.#process.exited.then(async (exit) => {
      if (this.#pid !== 0) await endGroup(this.#pid);
      return exit;
    });
  }

  /** 0 when it could not be started. */
  get pid(): number {
    return this.#pid;
  }

  get running(): boolean {
    return this.#process.running;
  }

  /** Its end is no surprise: it was stopped, or it never got ready and whoever started it is told. */
  get expectedToEnd(): boolean {
    return this.#stopping || !this.#up;
  }

  /** It works, though it cannot say so itself. */
  markReady(): void {
    this.#up = true;
  }

  /** The JSON line `{"msg":"ready",…}` that our processes print. @throws StartError when it ends before, or takes too long. */
  async ready(): Promise<unknown> {
    const line = await this.#ready.catch(() => {
      throw this.neverReady(60_000);
    });
    this.#up = true;
    return JSON.parse(line);
  }

  /** The first line that fits. @throws StartError when it ends before, or takes too long. */
  async said(pattern: RegExp): Promise<string> {
    return this.#process.line(pattern, 60_000).catch(() => {
      throw this.neverReady(60_000);
    });
  }

  /** The error of a start that failed: it ended, or `timeout` ms passed. */
  neverReady(timeout: number): StartError {
    const how = this.running ? `was not ready within ${timeout / 1000} s` : 'ended before it was ready';
    return new StartError(`${this.spec.name} ${how}\n${this.lastWords()}`);
  }

  /** What it said last, and where the rest is. */
  lastWords(): string {
    const lines = this.#process.output
      .split('\n')
      .filter((line) => !/^\s+at /.test(line))
      .slice(-6);
    return [...lines.map((line) => `    ${line}`), `    (${this.spec.logFile})`].join('\n');
  }

  /** SIGTERM, and SIGKILL after the grace. Resolves when it is gone with all it started. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#process.stop();
    await this.exited;
  }

  /** The end without warning, for proofs of what happens when it dies. */
  async crash(): Promise<void> {
    this.#stopping = true;
    await this.#process.kill('SIGKILL');
    await this.exited;
  }

  /** Ends it and what it started at once, without waiting. */
  killGroup(): void {
    if (this.#pid !== 0) killGroup(this.#pid);
  }
}
