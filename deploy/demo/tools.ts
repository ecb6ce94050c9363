import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartError } from './startError.ts';

/** The checkout. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const TOOLS = {
  'nats-server': { variable: 'MERIDIAN_NATS_SERVER', fetched: '.tools/nats/bin/nats-server' },
  envoy: { variable: 'MERIDIAN_ENVOY', fetched: '.tools/envoy/envoy/_bin/envoy' },
} as const;

/**
 * The server binary: named by its environment variable, found on PATH, or fetched by the set-up.
 * @throws StartError that says how to get it.
 */
export function findTool(name: keyof typeof TOOLS, env: NodeJS.ProcessEnv = process.env): string {
  const { variable, fetched } = TOOLS[name];
  const named = env[variable];
  if (named) {
    if (executable(named)) return named;
    throw new StartError(`${variable}=${named} is not an executable file`);
  }
  const found = [...(env.PATH ?? '').split(delimiter).map((folder) => join(folder, name)), join(ROOT, fetched)].find(executable);
  if (found) return found;
  throw new StartError(`${name} is missing: \`npm run setup\` fetches it; or put it on PATH, or set ${variable} to it`);
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
