import Table from 'cli-table3';
import type { ProofResult } from './check.ts';

/** What was proven, with what result, measured how; then one line with the verdict. */
export function resultTable(results: readonly ProofResult[], width: number): string {
  const [left, right] = [Math.floor((width - 26) / 2), Math.floor((width - 26) / 2)];
  const table = new Table({
    head: ['what', 'result', 'measured', 'took'],
    style: { head: [], border: [] },
    colWidths: [Math.max(30, left), 8, Math.max(30, right), 10],
    wordWrap: true,
  });
  for (const { what, passed, detail, milliseconds } of results) {
    table.push([what, passed ? 'ok' : 'FAILED', detail, `${(milliseconds / 1000).toFixed(1)} s`]);
  }
  const failed = results.filter((result) => !result.passed);
  const verdict =
    failed.length === 0 ? `all ${results.length} hold` : `failed: ${failed.map(({ what }) => what).join('; ')}`;
  return `${table.toString()}\n${verdict}`;
}
