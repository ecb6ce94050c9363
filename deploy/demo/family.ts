import type { Exit } from '../process/process.ts';
import { Child, type ChildSpec } from './child.ts';

/**
 * All processes that one run started: stops them, and only them. Tells when one ends that nobody stopped.
 */
export class Family {
  readonly #children: Child[] = [];
  readonly #onDeath: (child: Child, exit: Exit) => void;
  #stopping: Promise<void> | undefined;

  constructor(onDeath: (child: Child, exit: Exit) => void) {
    this.#onDeath = onDeath;
    // Whatever ends us, nothing of ours is left behind (kill -9 excepted).
    process.once('exit', () => {
      for (const child of this.#children) child.killGroup();
    });
  }

  /** Also those that are gone. */
  get everStarted(): readonly Child[] {
    return this.#children;
  }

  /** The process of that name that was started last. @throws Error when there never was one. */
  latest(name: string): Child {
    const found = this.#children.findLast(({ spec }) => spec.name === name);
    if (!found) throw new Error(`${name} was never started`);
    return found;
  }

  start(spec: ChildSpec): Child {
    if (this.#stopping) throw new Error(`${spec.name} is not started any more: everything is being stopped`);
    const child = new Child(spec);
    this.#children.push(child);
    void child.exited.then((exit) => {
      if (!child.expectedToEnd && !this.#stopping) this.#onDeath(child, exit);
    });
    return child;
  }

  /** Stops everything, a generation at a time: proxies before control planes before nats-servers. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<void> {
    const generations = [...new Set(this.#children.map((child) => child.spec.generation))].sort((a, b) => b - a);
    for (const generation of generations) {
      await Promise.all(
        this.#children.filter((child) => child.spec.generation === generation).map((child) => child.stop()),
      );
    }
  }
}
