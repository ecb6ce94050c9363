import { type Round, runRound } from './round.ts';
import type { Scenario } from './scenario.ts';
import { startWorld, type World } from './world.ts';

interface Plan {
  readonly scenarios: readonly (readonly [name: string, scenario: Scenario])[];
  readonly rounds: number;
  /** What the processes wrote is kept, also when all held. */
  readonly keep: boolean;
  /** Takes lines for whoever watches. */
  readonly say: (text: string) => void;
}

/** A run of scenarios, one round after the other, in a world that is made anew after a round that did not hold. */
export class Faults {
  /** The rounds that are over. */
  readonly results: Round[] = [];
  readonly #plan: Plan;
  #world: Promise<World> | undefined;
  #ending: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** Resolves when all rounds are over, or the one that runs has ended after `stop`. @throws StartError */
  async run(): Promise<void> {
    const { scenarios, rounds, keep, say } = this.#plan;
    try {
      for (const [index, [name, scenario]] of scenarios.entries()) {
        const lacking = scenario.lacks?.();
        if (lacking) say(`${name}: SKIPPED, it needs ${lacking}`);
        for (let round = 1; round <= rounds && !lacking; round++) {
          const world = await (this.#world ??= startWorld(say));
          if (this.#stopped) return;
          const times = rounds > 1 ? `, round ${round} of ${rounds}` : '';
          say(`[${index + 1}/${scenarios.length}] ${name}${times}: ${scenario.what} …`);
          await this.#round(name, scenario, world);
          if (this.#stopped) return;
        }
      }
    } finally {
      await this.#end(keep);
    }
  }

  /** Ends what was started; the round that runs then fails, puts right what it did to this machine, and does not count. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#end(this.#plan.keep);
  }

  async #round(name: string, scenario: Scenario, world: World): Promise<void> {
    const { say } = this.#plan;
    const round = await runRound(name, scenario, world, () => this.#stopped);
    if (this.#stopped) return;
    this.results.push(round);
    const problems = [...round.wrong, ...(round.late ? [round.late] : [])];
    const held = problems.length === 0;
    const back = `held, back after ${(round.recoveryMs / 1000).toFixed(1)} s`;
    say(`  ${held ? back : `DID NOT HOLD: ${problems.join('; ')}`}`);
    if (round.note) say(`  ${round.note}`);
    // What is broken must not spoil the next one.
    if (round.wrong.length > 0) await this.#end(true);
  }

  /** Resolves when nothing that was started is left, whoever began to end it. */
  async #end(keep: boolean): Promise<void> {
    const world = this.#world;
    this.#world = undefined;
    const stop = async () => (await world?.catch(() => undefined))?.stop({ keep });
    this.#ending = Promise.all([this.#ending, stop()]);
    await this.#ending;
  }
}
