import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { CliError } from '../cliError.ts';
import { ApiError, type Connection } from '../connection.ts';
import { fetchStatus, rollout } from '../statusBody.ts';
import type { CliDeps } from '../verb.ts';
import type { Applied } from './together.ts';

const PAUSE_MS = 100;

const noRollout = { proxies: 0, acknowledged: 0, rejected: 0, milliseconds: null, errors: [] };
const progress = rollout.pick({ proxies: true, acknowledged: true, rejected: true, milliseconds: true, errors: true });

/**
 * Waits until every zone that is connected has applied the change, and every proxy that it concerns has answered.
 * @throws CliError when a proxy rejects it, or the time is over: with what is still open
 */
export async function waitForProxies(
  connection: Connection,
  { change, position = 0, resources }: Applied,
  seconds: number,
  deps: Pick<CliDeps, 'err' | 'now' | 'signal'>,
): Promise<void> {
  if (change === undefined) {
    if (resources.some(({ status }) => status !== 'unchanged'))
      deps.err('not waited for proxies: only what is in the policy log has a rollout, which is written on global\n');
    return;
  }
  const end = deps.now() + seconds * 1000;
  for (;;) {
    const { zones } = await fetchStatus(connection);
    const connected = zones.filter(({ state }) => state !== 'offline');
    const behind = connected.filter((zone) => zone.position < position);
    const { proxies, acknowledged, rejected, milliseconds, errors } = await fetchProgress(connection, change);
    const [error] = errors;
    if (error) throw new CliError(`${rejected} of ${proxies} proxies rejected it: ${error.proxy}: ${error.error}`);
    if (behind.length === 0 && (proxies === 0 || milliseconds !== null)) {
      const away = zones.filter(({ state }) => state === 'offline').map(({ name }) => name);
      const took = milliseconds === null ? '' : ` after ${milliseconds} ms`;
      deps.err(`${acknowledged} of ${proxies} proxies have it${took}\n`);
      if (away.length > 0) deps.err(`not connected, they get it when they are back: ${away.join(', ')}\n`);
      return;
    }
    if (deps.now() >= end) {
      const late = behind.map((zone) => `zone ${zone.name} is at position ${zone.position} of ${position}`);
      const open = [...late, `${acknowledged} of ${proxies} proxies have it`].join(', ');
      throw new CliError(
        `applied, but not everywhere within ${seconds} s: ${open}. meridian status shows how it goes on.`,
      );
    }
    await sleep(PAUSE_MS, undefined, { signal: deps.signal });
  }
}

/** A change that concerns nobody has no rollout. */
async function fetchProgress(connection: Connection, change: string): Promise<z.infer<typeof progress>> {
  try {
    return progress.parse(await connection.get(`/rollouts/${change}`));
  } catch (cause) {
    if (cause instanceof ApiError && cause.status === 404) return noRollout;
    throw cause;
  }
}
