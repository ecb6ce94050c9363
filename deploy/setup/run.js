// node run.js FILE [ARGS]: set-up, then the TypeScript file (from the root of the checkout) under Node 24.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runToEnd } from './exec.js';
import { root } from './paths.js';
import { setupOrExit } from './setup.js';

export async function run(file, args) {
  const { node } = await setupOrExit();
  process.exit(await runToEnd(node, [join(root, file), ...args]));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [file, ...args] = process.argv.slice(2);
  if (file === undefined) {
    console.error('usage: node deploy/setup/run.js FILE [ARGS]');
    process.exit(1);
  }
  await run(file, args);
}
