// npm run check: the quick round while working. Lint, types and the tests that start no server.
import { lint, tests, types } from './checks.js';
import { setupOrExit } from './setup.js';

const { node } = await setupOrExit();
const held = [await lint(node), await types(node), (await tests(node, ['--project', 'unit'])).ok];
process.exit(held.every(Boolean) ? 0 : 1);
