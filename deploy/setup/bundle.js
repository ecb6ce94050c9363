// The bundle of what zones and sidecars run: it loads in a fraction of the time of its sources (docs/decisions/0012).
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleDir, bundleIsFresh } from './bundleFiles.js';
import { command } from './command.js';
import { nodePath } from './node.js';
import { root } from './paths.js';
import { replaceFolder } from './replaceFolder.js';

const maker = join(dirname(fileURLToPath(import.meta.url)), 'makeBundle.js');

export const bundle = {
  title: 'bundle of zones and sidecars',
  isReady: bundleIsFresh,
  // The bundler needs node_modules and Node 24, so it is a process of its own.
  async make() {
    const write = async (fresh) => void (await command(nodePath(), [maker, fresh], { cwd: root }));
    // Slower to start without it, and not otherwise different.
    await replaceFolder(bundleDir, write).catch((error) => {
      console.error(`set-up: zones and sidecars go on loading their sources: ${error.message}`);
    });
  },
};
