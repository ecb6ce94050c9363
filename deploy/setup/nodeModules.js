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
      await installExactly();
    } catch (error) {
      if (error.code === 'ENOENT') throw new Error('npm is needed: it comes with Node from your package manager.');
      throw new Error(`could not install the npm packages: ${error.message}`);
    }
    stamp(folder, lockDigest());
  },
};

// Node 20 may run this while the packages only ever run under Node 24: hence no engine warnings.
const quiet = ['--loglevel=error', '--no-audit', '--no-fund'];

async function installExactly() {
  try {
    await command('npm', ['ci', ...quiet], { cwd: root });
  } catch (error) {
    // A registry that lacks another platform's optional package makes npm write a lock that `npm ci` refuses.
    if (!error.message.includes('EUSAGE')) throw error;
    await command('npm', ['install', '--no-save', ...quiet], { cwd: root });
  }
}
