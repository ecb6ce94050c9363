// Which file runs a command line of `meridian`: its sources, or the bundle that the set-up has made of them.
import { join } from 'node:path';
import { bundleDir, bundleIsFresh } from './setup/bundleFiles.js';
import { root } from './setup/paths.js';

const BUNDLED = ['zone', 'dp'];

/**
 * Zones and sidecars come from the bundle unless a source has changed since it was made, or `MERIDIAN_BUNDLE` is `off`, as for a
 * profile that is to name the sources.
 */
export function programFile(args, env) {
  const isBundled = BUNDLED.includes(args.find((one) => !one.startsWith('-'))) && env.MERIDIAN_BUNDLE !== 'off';
  return isBundled && bundleIsFresh() ? join(bundleDir, 'deploy/meridian.js') : join(root, 'deploy/meridian.ts');
}
