// Where the checkout is and where fetched tools go. Everything fetched stays inside the checkout.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const toolsDir = join(root, '.tools');
/** For what is being built; on the same file system as where it goes. */
export const workDir = join(toolsDir, 'work');
export const generatedDir = join(root, 'shared', 'xds', 'gen');

/** The executable each fetched tool ends up as, as its package lays it out. */
export const toolBinaries = {
  node: join(toolsDir, 'node', 'bin', 'node'),
  'nats-server': join(toolsDir, 'nats', 'bin', 'nats-server'),
  envoy: join(toolsDir, 'envoy', 'envoy', '_bin', 'envoy'),
};

/** The environment variable that overrides each tool. */
export const toolVariables = { node: 'MERIDIAN_NODE', 'nats-server': 'MERIDIAN_NATS_SERVER', envoy: 'MERIDIAN_ENVOY' };
