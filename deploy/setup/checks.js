// The three steps of `npm test`, each printing what it is and whether it held.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runToEnd } from './exec.js';
import { root, toolsDir } from './paths.js';

const bin = (name, path) => [join(root, 'node_modules', name, path)];

async function step(title, node, args) {
  console.log(`\n== ${title}`);
  const started = Date.now();
  const code = await runToEnd(node, args, { cwd: root });
  console.log(`== ${title}: ${code === 0 ? 'ok' : 'FAILED'} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  return code === 0;
}

export const lint = (node) =>
  step('lint', node, [...bin('@biomejs/biome', 'bin/biome'), 'check', '--error-on-warnings']);
export const types = (node) => step('types', node, [...bin('typescript', 'bin/tsc'), '--noEmit']);

export async function tests(node, args) {
  const report = join(toolsDir, `vitest-${process.pid}.json`);
  const retried = join(root, 'test', 'support', 'retriedReporter.ts');
  const reporters = ['default', retried, 'json'].map((name) => `--reporter=${name}`);
  const ok = await step('tests', node, [
    ...bin('vitest', 'vitest.mjs'),
    'run',
    ...reporters,
    `--outputFile.json=${report}`,
    ...args,
  ]);
  const counts = readCounts(report);
  rmSync(report, { force: true });
  return { ok, counts };
}

function readCounts(report) {
  try {
    const { testResults, ...run } = JSON.parse(readFileSync(report, 'utf8'));
    // A file that does not even load has no failed test of its own, and must not look like nothing.
    const broken = testResults.filter(
      ({ status, assertionResults }) =>
        status === 'failed' && !assertionResults.some((result) => result.status === 'failed'),
    );
    return {
      passed: run.numPassedTests,
      failed: run.numFailedTests + broken.length,
      skipped: run.numPendingTests + run.numTodoTests,
    };
  } catch {
    return undefined; // vitest did not get as far as a report
  }
}
