import { bindable, givenPorts } from '../ports.ts';

/** Process groups and ports that are still there after everything was stopped, in words; empty when all is gone. */
export async function leftovers(pids: readonly number[]): Promise<string[]> {
  const left = pids.filter(groupLives).map((pid) => `process group ${pid}`);
  for (const port of givenPorts()) if (!(await bindable(port, '0.0.0.0'))) left.push(`port ${port}`);
  return left;
}

/** A child leads a group; Envoy and whatever else it started are in it. */
function groupLives(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
