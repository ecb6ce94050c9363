import type { Demo } from '../demo.ts';
import { byName } from './byName.ts';
import { globalDown } from './globalDown.ts';
import { globalReturns } from './globalReturns.ts';
import { growth } from './growth.ts';
import { locality } from './locality.ts';
import { mutualTls } from './mutualTls.ts';
import { permission } from './permission.ts';
import type { Proof } from './proof.ts';
import { route } from './route.ts';
import { timeout } from './timeout.ts';

/** In this order: what comes later builds on what the earlier ones showed. */
const PROOFS: readonly Proof[] = [
  byName,
  mutualTls,
  locality,
  permission,
  route,
  timeout,
  growth,
  globalDown,
  globalReturns,
];

export interface ProofResult {
  readonly what: string;
  readonly passed: boolean;
  /** What was measured, or why it failed. */
  readonly detail: string;
  readonly milliseconds: number;
}

/** Runs every proof, also after one that failed: the table shall show all that is wrong. */
export async function runProofs(demo: Demo, say: (text: string) => void): Promise<ProofResult[]> {
  const results: ProofResult[] = [];
  for (const { what, run } of PROOFS) {
    const started = performance.now();
    const outcome = await run(demo).then(
      (detail) => ({ passed: true, detail }),
      (cause: Error) => ({ passed: false, detail: cause.message }),
    );
    const result = { what, ...outcome, milliseconds: performance.now() - started };
    say(`[${results.length + 1}/${PROOFS.length + 1}] ${what}: ${result.passed ? 'yes' : 'NO'} (${result.detail})`);
    results.push(result);
  }
  return results;
}
