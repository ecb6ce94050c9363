import { type Command, Option } from 'commander';
import { z } from 'zod';
import { age } from './age.ts';
import { CliError } from './cliError.ts';
import { ApiError } from './connection.ts';
import { notGlobal } from './notGlobal.ts';
import { whole } from './numberOf.ts';
import { type Rollout, rollout } from './statusBody.ts';
import { table } from './table.ts';
import { type CliDeps, type ConnectionFlags, connectionOf, verb } from './verb.ts';
import { showList, type ShowFlags, withShowFlags } from './watch/showList.ts';

const page = z.looseObject({ items: z.array(rollout) });

/** `meridian rollouts [CHANGE]`: how the last changes reached the proxies, or one of them. */
export function rolloutsCommand(deps: CliDeps): Command {
  return withShowFlags(verb('rollouts', deps))
    .description('how changes reach the proxies: who acknowledged, who rejected and why')
    .argument('[change]', 'id of a change; absent: the last ones')
    .addOption(new Option('--limit <n>', 'the last so many').default(20).argParser(whole(1)))
    .action(async (change: string | undefined, flags: ConnectionFlags & ShowFlags & { limit: number }) => {
      const connection = connectionOf(flags, deps);
      const one = async (id: string) => rollout.parse(await connection.get(`/rollouts/${encodeURIComponent(id)}`));
      await showList(deps, flags, {
        read: async () => {
          if (change === undefined)
            return page.parse(await connection.get('/rollouts', { limit: flags.limit }).catch(notGlobal)).items;
          return [await one(change).catch((cause: unknown) => Promise.reject(unknown(change, cause)))];
        },
        table: (items) => rolloutTable(items as readonly Rollout[], deps.now()),
        ...(change !== undefined && { whole: ([item]) => item }),
      });
    });
}

/** The control plane remembers the last thousand; a zone tells of a change only once it has it. */
function unknown(change: string, cause: unknown): unknown {
  if (!(cause instanceof ApiError) || cause.status !== 404) return cause;
  return new CliError(`no zone has told of a change "${change}" (yet); \`meridian rollouts\` lists the last ones`);
}

function rolloutTable(rollouts: readonly Rollout[], now: number): string {
  return table(
    ['POSITION', 'AGE', 'CHANGE', 'WHAT', 'ACKNOWLEDGED', 'REJECTED', 'TOOK', 'WHY'],
    rollouts.map(({ position, at, change, what, proxies, acknowledged, rejected, milliseconds, errors }) => [
      String(position),
      age(at, now),
      change ?? '',
      what,
      `${acknowledged}/${proxies}`,
      String(rejected),
      proxies === 0 ? '-' : milliseconds === null ? 'open' : `${milliseconds} ms`,
      errors.map(({ proxy, error }) => `${proxy}: ${error}`).join('; '),
    ]),
  );
}
