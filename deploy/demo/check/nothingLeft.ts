import { bindable, givenPorts } from '../ports.ts';
import { groupLives } from '../processGroup.ts';

/** Process groups and ports that are still there after everything was stopped, in words; empty when all is gone. */
export async function leftovers(groups: readonly number[]): Promise<string[]> {
  const left = groups.filter(groupLives).map((group) => `process group ${group}`);
  for (const port of givenPorts()) if (!(await bindable(port, '0.0.0.0'))) left.push(`port ${port}`);
  return left;
}
