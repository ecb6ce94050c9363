import { isInSync, type Status } from '../../../global/cli/statusBody.ts';
import { table } from '../../../global/cli/table.ts';
import type { TrafficSummary } from './traffic.ts';

/** All that one frame shows. */
interface Frame {
  /** Absent while global cannot be asked; then `silence` says why. */
  readonly status: Status | undefined;
  readonly silence: string | undefined;
  readonly traffic: readonly TrafficSummary[];
  /** What to read and try, made once. */
  readonly guide: string;
  /** The last things that happened, as a process that died. */
  readonly events: readonly string[];
}

/** The frame as text; pure, so that it can be looked at in a test. */
export function screen({ status, silence, traffic, guide, events }: Frame): string {
  const parts = [
    'Meridian: two zones, one mesh',
    status ? zonesText(status) : `global does not answer (${silence ?? 'not asked yet'}); the zones go on without it`,
    status ? lastChange(status) : undefined,
    trafficText(traffic),
    guide,
    events.length > 0 ? events.join('\n') : undefined,
    'Ctrl-C stops everything that was started here.',
  ];
  return parts.filter((part) => part !== undefined).join('\n\n');
}

function zonesText(status: Status): string {
  const rows = status.zones.map((zone) => [
    zone.name,
    isInSync(zone) ? '● in sync' : `○ ${zone.state === 'online' ? 'not in sync' : zone.state}`,
    `${zone.position} of ${status.position}`,
    String(zone.lag),
    `${zone.digest?.slice(0, 12) ?? '-'} ${zone.digestEqual === undefined ? '' : zone.digestEqual ? '= global' : '≠ global'}`.trim(),
    zone.sidecars ? `${zone.sidecars.connected} of ${zone.sidecars.total}` : '-',
    zone.reason ?? '',
  ]);
  return table(['ZONE', 'STATE', 'POSITION', 'LAG', 'DIGEST', 'SIDECARS', ''], rows);
}

/** The newest change that concerned some proxy. */
function lastChange({ rollouts }: Status): string {
  const last = rollouts.find(({ proxies }) => proxies > 0);
  if (!last) return 'last change: none yet';
  const { position, what, proxies, acknowledged, rejected, milliseconds } = last;
  const time = milliseconds === null ? '' : ` in ${milliseconds} ms`;
  const refused = rejected > 0 ? `, ${rejected} rejected it` : '';
  return `last change: position ${position} ${what}, ${acknowledged} of ${proxies} proxies have it${time}${refused}`;
}

function trafficText(traffic: readonly TrafficSummary[]): string {
  const rows = traffic.map(({ service, total, failed, median, last, answeredBy }) => [
    `frontend → ${service}`,
    String(total),
    String(failed),
    median === undefined ? '-' : `${median.toFixed(1)} ms`,
    failed > 0 && answeredBy.size === 0 ? last : [...answeredBy.keys()].sort().join(', '),
    last,
  ]);
  return table(['REQUESTS FROM ZONE-1', 'SENT', 'FAILED', 'MEDIAN', 'ANSWERED BY', 'LAST'], rows);
}
