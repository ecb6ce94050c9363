import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options: { type: 'minor' }) => void;

/** Collects now what would otherwise be collected while a change is timed, on cores that the control planes need just then. */
export function collectGarbage(): void {
  collect({ type: 'minor' });
}
