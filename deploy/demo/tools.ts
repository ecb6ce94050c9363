import { fileURLToPath } from 'node:url';
import { type Tool, toolPath } from '../setup/tools.ts';
import { StartError } from './startError.ts';

/** The checkout. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** @throws StartError that says how to get the binary. */
export function findTool(tool: Tool): string {
  try {
    return toolPath(tool);
  } catch (cause) {
    throw new StartError((cause as Error).message);
  }
}
