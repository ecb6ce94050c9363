import { z } from 'zod';
import type { Child } from './child.ts';
import { GENERATION, type Ground, startMeridian } from './ground.ts';

const configuredLine = z.looseObject({ file: z.string() });
const readyLine = z.looseObject({
  url: z.string(),
  https: z.string().optional(),
  ads: z.string().optional(),
  diagnostics: z.string().optional(),
});

type Command = 'global' | 'zone' | 'standalone';

/** A control plane process that can be killed and started again on the same ports and data. */
export class ControlPlane {
  readonly name: string;
  readonly #ground: Ground;
  readonly #command: Command;
  readonly #env: Readonly<Record<string, string>>;
  readonly #build: string | undefined;
  #child: Child | undefined;
  #ready: z.infer<typeof readyLine> | undefined;

  /** @param build as of `startMeridian` */
  constructor(ground: Ground, name: string, command: Command, env: Readonly<Record<string, string>>, build?: string) {
    this.name = name;
    this.#ground = ground;
    this.#command = command;
    this.#env = env;
    this.#build = build;
  }

  /** What takes its place when it is upgraded: on the same ports and data, not started. @param build as of `startMeridian` */
  of(build: string): ControlPlane {
    return new ControlPlane(this.#ground, this.name, this.#command, this.#env, build);
  }

  /** Starts it and waits until it is ready. @param more settings of this time only @throws StartError */
  async start(more: Readonly<Record<string, string>> = {}): Promise<void> {
    this.launch(more);
    await this.ready();
  }

  launch(more: Readonly<Record<string, string>> = {}): void {
    const spec = {
      name: this.name,
      env: { MERIDIAN_LOG_LEVEL: this.#ground.logLevel, ...this.#env, ...more },
      generation: this.#command === 'global' ? GENERATION.global : GENERATION.zone,
    };
    this.#child = startMeridian(this.#ground, [this.#command], spec, this.#build);
  }

  /** The file that it has written for its nats-server, which it then waits for. @throws StartError */
  async natsConfig(): Promise<string> {
    const line = await this.#child?.said(/"msg":"(hub|leaf) configured"/);
    return configuredLine.parse(JSON.parse(line ?? '{}')).file;
  }

  /** Resolves when it says that it is ready. @throws StartError */
  async ready(): Promise<void> {
    this.#ready = readyLine.parse(await this.#child?.ready());
  }

  /** Ends it in order. */
  async stop(): Promise<void> {
    await this.#child?.stop();
  }

  /** Ends this process at once, as a crash would. */
  async crash(): Promise<void> {
    await this.#child?.crash();
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get running(): boolean {
    return this.#child?.running ?? false;
  }

  /** Its REST API. */
  get url(): string {
    return this.#ready?.url ?? '';
  }

  /** The same over TLS. */
  get https(): string {
    return this.#ready?.https ?? '';
  }

  /** Where it says how it is: `/healthy`, `/ready`, `/metrics`. */
  get diagnostics(): string {
    return this.#ready?.diagnostics ?? '';
  }

  /** `host:port` of the dp-server of a zone. */
  get ads(): string {
    return this.#ready?.ads ?? '';
  }
}
