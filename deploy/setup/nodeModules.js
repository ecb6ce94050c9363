// node_modules exactly as package-lock.json says.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from './command.js';
import { root } from './paths.js';
import { digest, isStamped, stamp } from './stamp.js';

const folder = join(root, 'node_modules');
const lockDigest = () => digest(readFileSync(join(root, 'package-lock.json')));

export const nodeModules = {
  title: 'npm packages',
  isReady: () => isStamped(folder, lockDigest()),
  async make() {
    try {
      // Node 20 may run this; the packages themselves only ever run under Node 24, so no engine warnings.
      // Not `npm ci`: it refuses a lock file that lacks the optional binaries of platforms which a registry mirror leaves out.
      await command('npm', ['install', '--no-save', '--loglevel=error', '--no-audit', '--no-fund'], { cwd: root });
    } catch (error) {
      if (error.code === 'ENOENT') throw new Error('npm is needed: it comes with Node from your package manager.');
      throw new Error(`could not install the npm packages: ${error.message}`);
    }
    stamp(folder, lockDigest());
  },
};
