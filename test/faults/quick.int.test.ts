import { afterAll, describe, expect, it } from 'vitest';
import { runRound } from './round.ts';
import { findScenarios } from './scenario.ts';
import { startWorld, type World } from './world.ts';

const quick = [...(await findScenarios())].filter(([, scenario]) => scenario.quick);

describe('a fault under a load of writes', () => {
  let world: World | undefined;
  const end = async () => {
    await world?.stop();
    world = undefined;
  };
  afterAll(end, 60_000);

  for (const [name, scenario] of quick) {
    it(`${scenario.what}: nothing lost, nothing twice, every view equal to a replay`, async () => {
      const here = (world ??= await startWorld(() => {}));
      const round = await runRound(name, scenario, here);
      // What is broken must not spoil the next one.
      if (round.wrong.length > 0) await end();
      expect(round.wrong).toEqual([]);
      expect(round.acknowledged).toBeGreaterThan(0);
    }, 1_200_000);
  }
});
