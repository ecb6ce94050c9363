import type { Command } from 'commander';
import { z } from 'zod';
import { age } from '../age.ts';
import { connectivityOf, insight } from './insight.ts';
import { fetchAll } from '../list.ts';
import { table } from '../table.ts';
import { type CliDeps, type ConnectionFlags, connectionOf, verb } from '../verb.ts';
import { showList, type ShowFlags, withShowFlags } from '../watch/showList.ts';

const overview = z.looseObject({
  name: z.string(),
  zone: z.looseObject({ enabled: z.boolean().optional() }).optional(),
  zoneInsight: insight.optional(),
});

/** `meridian inspect zones`: which zones are connected; `meridian status` tells whether they are in sync. */
export function inspectZones(deps: CliDeps): Command {
  return withShowFlags(verb('zones', deps))
    .description('zones with their connection')
    .action(async (flags: ConnectionFlags & ShowFlags) => {
      const connection = connectionOf(flags, deps);
      await showList(deps, flags, {
        read: () => fetchAll(connection, '/zones/_overview'),
        table: (items) => zoneTable(items, deps.now()),
      });
    });
}

export function zoneTable(items: readonly unknown[], now: number): string {
  const rows = items.map((item) => {
    const { name, zone, zoneInsight } = overview.parse(item);
    const { online, connectTime, updateTime, sent, rejected, last } = connectivityOf(zoneInsight);
    const status = online && zone?.enabled !== false ? 'Online' : 'Offline';
    return [
      name,
      status,
      age(connectTime, now),
      age(updateTime, now),
      String(sent),
      String(rejected),
      last?.version?.kumaCp?.meridian ?? last?.version?.kumaCp?.version ?? '',
    ];
  });
  return table(['NAME', 'STATUS', 'CONNECTED', 'UPDATED', 'SENT', 'REJECTED', 'ZONE-CP'], rows);
}
