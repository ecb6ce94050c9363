import { afterAll, beforeAll, expect, test } from 'vitest';
import { ATTACKS } from './attacks.ts';
import { campaign } from './campaign.ts';
import { startTarget, type Target } from './target.ts';

// One seed, so that a failure is the same for everybody; `npm run fuzz` looks further.
const DOSE = { seed: 20_261_121, runs: 40 };

let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target?.stop());

test('hostile input is refused, leaves nothing behind, and does no harm', async () => {
  expect(await campaign(target, Object.values(ATTACKS), DOSE)).toEqual([]);
}, 300_000);
