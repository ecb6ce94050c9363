import type { Report } from './zoneFollower.ts';

/** Kuma's, and that of a zone which has not said otherwise. */
const DEFAULT_PORT = 80;

/** The port that services' virtual IPs listen on in a zone, as its control planes report it. */
export function vipPortOf(
  reports: ReadonlyMap<string, ReadonlyMap<string, Pick<Report, 'status'>>>,
  zone: string,
): number {
  const [report] = reports.get(zone)?.values() ?? [];
  const port = report?.status.config['service.vipPort'];
  return typeof port === 'number' ? port : DEFAULT_PORT;
}
