import { age } from './age.ts';
import { isInSync, type Rollout, type Status, type ZoneStatus } from './statusBody.ts';
import { table } from './table.ts';
import type { Paint } from './terminal.ts';
import { wrapped } from './wrapped.ts';

/** How it is shown; in a pipe plain. */
interface Look {
  readonly paint?: Paint;
  /** Of the terminal: no line is longer. Absent: as long as it takes. */
  readonly columns?: number | undefined;
}

const PLAIN: Paint = (_, text) => text;

/**
 * A line of summary, the zones, below them what is to be said of them, and the last changes.
 * @param now milliseconds since 1970
 */
export function statusText(status: Status, now: number, { paint = PLAIN, columns }: Look = {}): string {
  const off = status.zones.filter((zone) => !isInSync(zone)).length;
  const zones = status.zones.length === 1 ? '1 zone' : `${status.zones.length} zones`;
  const lines = (texts: readonly string[]) => texts.map((one) => wrapped(one, columns)).join('\n');
  const parts = [
    `policy log at position ${status.position}; ${zones}, ${off === 0 ? 'all in sync' : `${off} not in sync`}`,
    table(
      ['ZONE', 'STATE', 'FOR', 'POSITION', 'LAG', 'DIGEST', 'SIDECARS'],
      status.zones.flatMap((zone) => zoneRows(zone, now, paint)),
      columns,
    ),
    lines(status.zones.flatMap((zone) => remarks(zone, now))),
    table(
      ['POSITION', 'AGE', 'ACCEPTED', 'REJECTED', 'TOOK', 'CHANGE'],
      status.rollouts.map((rollout) => rolloutRow(rollout, now)),
      columns,
    ),
    lines(status.rollouts.flatMap(rejections)),
  ];
  const isThere = [true, status.zones.length > 0, true, status.rollouts.length > 0, true];
  return parts.filter((text, place) => text && isThere[place]).join('\n\n');
}

type Shown = Pick<ZoneStatus, 'state' | 'since' | 'position' | 'lag' | 'lagSeconds' | 'digestEqual'>;

/** The zone, and below it its control planes when it has several. */
function zoneRows(zone: ZoneStatus, now: number, paint: Paint): string[][] {
  const sidecars = zone.sidecars ? `${zone.sidecars.connected}/${zone.sidecars.total}` : '-';
  const state = paint(isInSync(zone) ? 'green' : 'red', zone.state);
  const others = zone.instances.length < 2 ? [] : zone.instances;
  return [
    row(zone.name, { ...zone, state }, sidecars, now),
    ...others.map((one) => row(`  ${one.instance}`, one, String(one.sidecars), now)),
  ];
}

function row(
  name: string,
  { state, since, position, lag, lagSeconds, digestEqual }: Shown,
  sidecars: string,
  now: number,
): string[] {
  const digest = digestEqual === undefined ? '-' : digestEqual ? 'equal' : 'DIFFERENT';
  const behind = lag === 0 ? '0' : `${lag} (${lagSeconds} s)`;
  return [name, state, since ? age(since, now) : '-', String(position), behind, digest, sidecars];
}

/** What is to be said of a zone beyond its row: each thing on a line. */
function remarks(zone: ZoneStatus, now: number): string[] {
  const { name, reason, enabled, quarantined, instances } = zone;
  const own = [
    reason,
    enabled === false ? 'switched off (enabled: false)' : undefined,
    quarantined > 0 && !reason?.includes('set aside') ? `${quarantined} set aside` : undefined,
    refilled(zone, now),
    lastError(zone, now),
    asideByGlobal(zone),
  ];
  const others = instances.length < 2 ? [] : instances.filter((one) => one.reason && !reason?.includes(one.reason));
  return [
    ...own.filter((one) => one !== undefined).map((one) => `${name}: ${one}`),
    ...others.map((one) => `${name}: ${one.instance}: ${one.reason}`),
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
function asideByGlobal({ setAsideByGlobal }: ZoneStatus): string | undefined {
  const last = setAsideByGlobal?.latest.at(-1);
  if (!setAsideByGlobal || !last) return undefined;
  return `global has set aside ${setAsideByGlobal.total} of what it wrote, the last ${last.stream} ${last.sequence} (${last.subject}): ${last.reason}`;
}

function rolloutRow(
  { position, at, what, proxies, acknowledged, rejected, milliseconds }: Rollout,
  now: number,
): string[] {
  const time = proxies === 0 ? '-' : milliseconds === null ? 'open' : `${milliseconds} ms`;
  return [String(position), age(at, now), `${acknowledged}/${proxies}`, String(rejected), time, what];
}

function rejections({ position, errors }: Rollout): string[] {
  return errors.map(({ proxy, error }) => `position ${position}: ${proxy} rejected it: ${error}`);
}
