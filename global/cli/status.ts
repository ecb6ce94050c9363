import type { Command } from 'commander';
import { age } from './age.ts';
import { CliError } from './cliError.ts';
import { ApiError } from './connection.ts';
import { render, renderOne } from './output.ts';
import { fetchStatus, isInSync, type Rollout, type Status, type ZoneStatus } from './statusBody.ts';
import { table } from './table.ts';
import { type CliDeps, type ConnectionFlags, connectionOf, verb } from './verb.ts';
import { type Paint, paintOf } from './terminal.ts';
import { type ShowFlags, withShowFlags } from './watch/showList.ts';
import { watch } from './watch/watch.ts';

/** `meridian status`: which zones are in sync with global, which not and why; how the last changes reached the proxies. */
export function statusCommand(deps: CliDeps): Command {
  return withShowFlags(verb('status', deps))
    .description('which zones and sidecars are in sync, and why not')
    .action(async (flags: ConnectionFlags & ShowFlags) => {
      const connection = connectionOf(flags, deps);
      const read = () => fetchStatus(connection).catch(notGlobal);
      const { output } = flags;
      const paint = paintOf(deps.terminal);
      const text = (status: Status) =>
        output === 'table' ? statusText(status, deps.now(), paint) : render(status, output);
      if (!flags.watch) return deps.out(`${text(await read())}\n`);
      await watch(deps, {
        interval: flags.interval,
        read,
        screen: output === 'table' ? text : undefined,
        news: whenChanged((status) => (output === 'table' ? `${text(status)}\n` : renderOne(status, output))),
      });
    });
}

/** A zone knows of itself only. */
function notGlobal(cause: unknown): never {
  if (cause instanceof ApiError && cause.status === 404)
    throw new CliError(
      'this is not a global control plane: ask that one with --address, as only it knows how the zones are. `GET /sync` of a zone tells of itself.',
    );
  throw cause;
}

/** The whole of it, whenever something is different; time that goes by is not. */
function whenChanged(text: (status: Status) => string): (status: Status) => string {
  let before = '';
  return (status) => {
    const zones = status.zones.map(({ lagSeconds: _, instances: __, ...zone }) => zone);
    const content = JSON.stringify({ ...status, zones });
    const isNew = content !== before;
    before = content;
    return isNew ? text(status) : '';
  };
}

const PLAIN: Paint = (_, text) => text;

export function statusText(status: Status, now: number, paint: Paint = PLAIN): string {
  const off = status.zones.filter((zone) => !isInSync(zone)).length;
  const zones = status.zones.length === 1 ? '1 zone' : `${status.zones.length} zones`;
  const head = `policy log at position ${status.position}; ${zones}, ${off === 0 ? 'all in sync' : `${off} not in sync`}`;
  const parts = [head];
  if (status.zones.length > 0)
    parts.push(
      table(
        COLUMNS,
        status.zones.flatMap((zone) => zoneRows(zone, now, paint)),
      ),
    );
  const asides = status.zones.flatMap(asideByGlobal);
  if (asides.length > 0) parts.push(asides.join('\n'));
  if (status.rollouts.length > 0) {
    parts.push(
      table(
        ['POSITION', 'AGE', 'CHANGE', 'ACKNOWLEDGED', 'REJECTED', 'TOOK'],
        status.rollouts.map((rollout) => rolloutRow(rollout, now)),
      ),
    );
  }
  const errors = status.rollouts.flatMap(({ position, errors: list }) =>
    list.map(({ proxy, error }) => `position ${position}: ${proxy} rejected it: ${error}`),
  );
  return [...parts, ...(errors.length > 0 ? [errors.join('\n')] : [])].join('\n\n');
}

const COLUMNS = ['ZONE', 'STATE', 'FOR', 'POSITION', 'LAG', 'BEHIND', 'DIGEST', 'SET ASIDE', 'SIDECARS', 'WHY'];

/** The zone, and below it its control planes when it has several. */
function zoneRows(zone: ZoneStatus, now: number, paint: Paint): string[][] {
  const sidecars = zone.sidecars ? `${zone.sidecars.connected}/${zone.sidecars.total}` : '-';
  const why = [
    zone.reason,
    zone.enabled === false ? 'switched off (enabled: false)' : undefined,
    refilled(zone, now),
    lastError(zone, now),
  ];
  const state = paint(isInSync(zone) ? 'green' : 'red', zone.state);
  const first = row(zone.name, { ...zone, state, sidecars }, why.filter(Boolean).join('; '), now);
  if (zone.instances.length < 2) return [first];
  const others = zone.instances.map((one) =>
    row(
      `  ${one.instance}`,
      { ...one, sidecars: String(one.sidecars), quarantined: one.quarantinedTotal },
      one.reason ?? '',
      now,
    ),
  );
  return [first, ...others];
}

type Shown = Pick<ZoneStatus, 'state' | 'since' | 'position' | 'lag' | 'lagSeconds' | 'digestEqual' | 'quarantined'> & {
  readonly sidecars: string;
};

function row(
  name: string,
  { state, since, position, lag, lagSeconds, digestEqual, quarantined, sidecars }: Shown,
  why: string,
  now: number,
): string[] {
  const digest = digestEqual === undefined ? '-' : digestEqual ? 'equal' : 'DIFFERENT';
  const held = since ? age(since, now) : '-';
  return [
    name,
    state,
    held,
    String(position),
    String(lag),
    `${lagSeconds} s`,
    digest,
    String(quarantined),
    sidecars,
    why,
  ];
}

function refilled({ refill }: ZoneStatus, now: number): string | undefined {
  return refill?.finishedAt && `refilled itself ${age(refill.finishedAt, now)} ago: ${refill.reason}`;
}

/** An error so long before a zone's state began is not its reason. */
const RELATED_MS = 60_000;

/** Of a zone that is not well; a healthy one's is old. */
function lastError({ inSync, since, lastError: error }: ZoneStatus, now: number): string | undefined {
  if (inSync || !error || (since && Date.parse(error.at) < Date.parse(since) - RELATED_MS)) return undefined;
  return `last error ${age(error.at, now)} ago: ${error.message}`;
}

/** The zone is well, but global is too old for something that it wrote. */
function asideByGlobal({ name, setAsideByGlobal }: ZoneStatus): string[] {
  const last = setAsideByGlobal?.latest.at(-1);
  if (!setAsideByGlobal || !last) return [];
  return [
    `${name}: global has set aside ${setAsideByGlobal.total} of what it wrote, the last ${last.stream} ${last.sequence} (${last.subject}): ${last.reason}`,
  ];
}

function rolloutRow(
  { position, at, what, proxies, acknowledged, rejected, milliseconds }: Rollout,
  now: number,
): string[] {
  const time = proxies === 0 ? '-' : milliseconds === null ? 'open' : `${milliseconds} ms`;
  return [String(position), age(at, now), what, `${acknowledged}/${proxies}`, String(rejected), time];
}
