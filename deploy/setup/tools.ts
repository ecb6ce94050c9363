// Where the servers we start are: named by the environment, on PATH, or fetched by the set-up.
import { existsSync } from 'node:fs';
import { findOnPath } from './findOnPath.js';
import { toolBinaries, toolVariables } from './paths.js';

export type Tool = 'node' | 'nats-server' | 'envoy';

/** The absolute path of a tool. Throws with a sentence on how to get it when there is none. */
export function toolPath(tool: Tool): string {
  const variable = toolVariables[tool];
  const named = process.env[variable];
  if (named !== undefined && named !== '') {
    if (existsSync(named)) return named;
    throw new Error(`${variable} names ${named}, which does not exist`);
  }
  // Whoever runs this file runs it under a Node that is new enough.
  const found = tool === 'node' ? process.execPath : (findOnPath(tool) ?? toolBinaries[tool]);
  if (existsSync(found)) return found;
  throw new Error(`${tool} not found: run \`npm run setup\`, install it on PATH, or set ${variable} to it`);
}
