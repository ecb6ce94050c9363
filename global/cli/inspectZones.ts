import type { Command } from 'commander';
import { z } from 'zod';
import { age } from './age.ts';
import { connectivityOf, insight } from './insight.ts';
import { fetchAll } from './list.ts';
import { type Format, formatOption, render } from './output.ts';
import { table } from './table.ts';
import { type CliDeps, type ConnectionFlags, connectionOf, verb } from './verb.ts';

const overview = z.looseObject({
  name: z.string(),
  zone: z.looseObject({ enabled: z.boolean().optional() }).optional(),
  zoneInsight: insight.optional(),
});

/** `meridian inspect zones`: which zones are connected; `meridian status` tells whether they are in sync. */
export function inspectZones(deps: CliDeps): Command {
  return verb('zones', deps)
    .description('zones with their connection')
    .addOption(formatOption())
    .action(async (flags: ConnectionFlags & { output: Format }) => {
      const items = await fetchAll(connectionOf(flags, deps), '/zones/_overview');
      deps.out(
        `${flags.output === 'table' ? zoneTable(items, deps.now()) : render({ total: items.length, items }, flags.output)}\n`,
      );
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
      last?.version?.kumaCp?.version ?? '',
    ];
  });
  return table(['NAME', 'STATUS', 'CONNECTED', 'UPDATED', 'SENT', 'REJECTED', 'ZONE-CP'], rows);
}
