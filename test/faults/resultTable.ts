import { table } from '../../global/cli/table.ts';
import type { Round } from './round.ts';
import type { Scenario } from './scenario.ts';

/** One line a scenario, over all of its rounds. */
export function resultTable(rounds: readonly Round[], scenarios: ReadonlyMap<string, Scenario>): string {
  const names = [...new Set(rounds.map(({ scenario }) => scenario))];
  const head = [
    'FAULT',
    'ROUNDS',
    'ACKNOWLEDGED',
    'REFUSED',
    'LOST',
    'TWICE',
    'REQUESTS',
    'FAILED',
    'RECOVERY s',
    'HOLDS',
  ];
  return table(
    head,
    names.map((name) => {
      const all = rounds.filter(({ scenario }) => scenario === name);
      const sum = (of: (round: Round) => number) => String(all.reduce((total, round) => total + of(round), 0));
      const traffic = scenarios.get(name)?.traffic !== undefined;
      return [
        name,
        String(all.length),
        sum(({ acknowledged }) => acknowledged),
        sum(({ refused }) => refused),
        sum(({ lost }) => lost),
        sum(({ duplicated }) => duplicated),
        traffic ? sum(({ requests }) => requests) : '-',
        traffic ? sum(({ requestsFailed }) => requestsFailed) : '-',
        recovery(all),
        all.every(({ wrong, late }) => wrong.length === 0 && !late) ? 'yes' : 'NO',
      ];
    }),
  );
}

function recovery(rounds: readonly Round[]): string {
  const seconds = rounds.map(({ recoveryMs }) => recoveryMs / 1000).sort((a, b) => a - b);
  const [least = Number.NaN, most = Number.NaN] = [seconds[0], seconds.at(-1)];
  if (seconds.some(Number.isNaN)) return 'never';
  return rounds.length === 1 ? least.toFixed(1) : `${least.toFixed(1)} to ${most.toFixed(1)}`;
}
