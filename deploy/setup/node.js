// A Node that runs TypeScript as it is: the running one when new enough, else one from the npm registry.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from './command.js';
import { toolBinaries, toolsDir } from './paths.js';
import { replaceFolder } from './replaceFolder.js';
import { isStamped, stamp } from './stamp.js';
import { minimumNodeMajor, nodePackages } from './versions.js';

const folder = join(toolsDir, 'node');
const wanted = nodePackages[`${process.platform}-${process.arch}`];
export const runningIsNewEnough = Number(process.versions.node.split('.')[0]) >= minimumNodeMajor;

export const nodePath = () => process.env.MERIDIAN_NODE || (runningIsNewEnough ? process.execPath : toolBinaries.node);

export const node = {
  title: `Node ${minimumNodeMajor}`,
  isReady: () => nodePath() !== toolBinaries.node || (wanted !== undefined && isStamped(folder, wanted)),
  async make() {
    const otherwise = `Install Node ${minimumNodeMajor} or set MERIDIAN_NODE to one.`;
    if (wanted === undefined) throw new Error(`no Node package for ${process.platform}-${process.arch}. ${otherwise}`);
    try {
      await replaceFolder(folder, (fresh) => fetchNode(fresh));
    } catch (error) {
      throw new Error(`could not fetch ${wanted} with npm: ${error.message} ${otherwise}`);
    }
  },
};

async function fetchNode(fresh) {
  // An own package.json keeps npm from walking up to ours.
  writeFileSync(join(fresh, 'package.json'), '{"private":true}');
  const quiet = ['--no-save', '--no-package-lock', '--ignore-scripts', '--loglevel=error', '--no-audit', '--no-fund'];
  await command('npm', ['install', '--prefix', fresh, ...quiet, wanted], { cwd: fresh });
  const unpacked = join(fresh, 'node_modules', wanted.slice(0, wanted.lastIndexOf('@')));
  chmodSync(join(unpacked, 'bin', 'node'), 0o755);
  stamp(unpacked, wanted);
  return unpacked;
}
