import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runRound } from './round.ts';
import { findScenarios } from './scenario.ts';
import { startWorld, type World } from './world.ts';

const quick = [...(await findScenarios())].filter(([, scenario]) => scenario.quick);

describe('a fault under a load of writes', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld(() => {});
  }, 180_000);
  afterAll(() => world?.stop(), 60_000);

  for (const [name, scenario] of quick) {
    it(`${scenario.what}: nothing lost, nothing twice, every view equal to a replay`, async () => {
      const round = await runRound(name, scenario, world);
      expect(round.wrong).toEqual([]);
      expect(round.acknowledged).toBeGreaterThan(0);
    }, 300_000);
  }
});
