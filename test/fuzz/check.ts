import fc from 'fast-check';
import type { Dose } from './attack.ts';

/** Runs a property; a failure is a finding with the smallest input that shows it, its seed and path. */
export async function findings<T extends [unknown, ...unknown[]]>(
  property: fc.IAsyncProperty<T>,
  { seed, runs }: Dose,
): Promise<readonly string[]> {
  const details = await fc.check(property, { seed, numRuns: runs, endOnFailure: false });
  return details.failed ? [(fc.defaultReportMessage(details) ?? '').slice(0, 4_000)] : [];
}
