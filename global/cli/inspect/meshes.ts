import type { Command } from 'commander';
import { z } from 'zod';
import { fetchAll } from '../list.ts';
import { fetchInMesh } from '../notFound.ts';
import { table } from '../table.ts';
import { type CliDeps, type ConnectionFlags, connectionOf, meshOption, verb } from '../verb.ts';
import { showList, type ShowFlags, withShowFlags } from '../watch/showList.ts';

const counts = z.looseObject({ total: z.number().optional(), online: z.number().optional() });

const meshInsight = z.looseObject({
  name: z.string(),
  dataplanes: counts.optional(),
  services: counts.optional(),
  policies: z.record(z.string(), counts).optional(),
});

const serviceInsight = z.looseObject({
  name: z.string(),
  status: z.string().optional(),
  dataplanes: counts.optional(),
  addressPort: z.string().optional(),
  zones: z.array(z.string()).optional(),
});

/** `meridian inspect meshes`: proxies, services and policies of each mesh. */
export function inspectMeshes(deps: CliDeps): Command {
  return withShowFlags(verb('meshes', deps))
    .description('meshes with their proxies and policies')
    .action(async (flags: ConnectionFlags & ShowFlags) => {
      const connection = connectionOf(flags, deps);
      await showList(deps, flags, { read: () => fetchAll(connection, '/mesh-insights'), table: meshTable });
    });
}

/** `meridian inspect services`: healthy instances of each service and the zones it is in. */
export function inspectServices(deps: CliDeps): Command {
  return withShowFlags(verb('services', deps))
    .description('services of a mesh with their instances')
    .addOption(meshOption())
    .action(async (flags: ConnectionFlags & ShowFlags & { mesh: string }) => {
      const connection = connectionOf(flags, deps);
      const path = `/meshes/${encodeURIComponent(flags.mesh)}/service-insights`;
      await showList(deps, flags, { read: () => fetchInMesh(connection, flags.mesh, path), table: serviceTable });
    });
}

const share = (of: z.infer<typeof counts> | undefined) => `${of?.online ?? 0}/${of?.total ?? 0}`;

function meshTable(items: readonly unknown[]): string {
  const rows = items.map((item) => {
    const { name, dataplanes, services, policies = {} } = meshInsight.parse(item);
    const listed = Object.entries(policies).map(([type, { total = 0 }]) => `${type} ${total}`);
    return [name, share(dataplanes), String(services?.total ?? 0), listed.join(', ') || '-'];
  });
  return table(['MESH', 'DATAPLANES', 'SERVICES', 'POLICIES'], rows);
}

function serviceTable(items: readonly unknown[]): string {
  const rows = items.map((item) => {
    const { name, status = '', dataplanes, addressPort, zones = [] } = serviceInsight.parse(item);
    const words = status.replaceAll('_', ' ');
    return [
      name,
      words.charAt(0).toUpperCase() + words.slice(1),
      share(dataplanes),
      addressPort ?? '',
      zones.join(','),
    ];
  });
  return table(['SERVICE', 'STATUS', 'DATAPLANES', 'ADDRESS', 'ZONES'], rows);
}
