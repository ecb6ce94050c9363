// npm test [-- VITEST ARGS]: set-up, lint, types, tests. All steps run; the exit code says whether all held.
import { lint, tests, types } from './checks.js';
import { setupOrExit } from './setup.js';

const { node } = await setupOrExit();
const linted = await lint(node);
const typed = await types(node);
const { ok, counts } = await tests(node, process.argv.slice(2));

const failedSteps = [!linted && 'lint', !typed && 'types', !ok && 'tests'].filter(Boolean);
if (failedSteps.length > 0) console.log(`\nfailed: ${failedSteps.join(', ')}`);
if (counts !== undefined) {
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  console.log(`\n${counts.passed} passed, ${counts.failed} failed${skipped}`);
}
process.exit(failedSteps.length > 0 ? 1 : 0);
