import type { Command } from 'commander';
import { z } from 'zod';
import { age } from '../age.ts';
import { connectivityOf, insight } from './insight.ts';
import { fetchInMesh } from '../notFound.ts';
import { table } from '../table.ts';
import { tagText, tagsOf } from '../tags.ts';
import { type CliDeps, type ConnectionFlags, connectionOf, meshOption, verb } from '../verb.ts';
import { showList, type ShowFlags, withShowFlags } from '../watch/showList.ts';

const inbound = z.looseObject({
  port: z.number().optional(),
  state: z.string().optional(),
  health: z.looseObject({ ready: z.boolean().optional() }).optional(),
});

const overview = z.looseObject({
  mesh: z.string(),
  name: z.string(),
  dataplane: z
    .looseObject({
      networking: z
        .looseObject({ inbound: z.array(inbound).optional(), gateway: z.looseObject({}).optional() })
        .optional(),
    })
    .optional(),
  dataplaneInsight: insight
    .extend({
      mTLS: z
        .looseObject({
          certificateExpirationTime: z.string().optional(),
          lastCertificateRegeneration: z.string().optional(),
          issuedBackend: z.string().optional(),
        })
        .optional(),
    })
    .optional(),
});

type Overview = z.infer<typeof overview>;

interface Flags extends ConnectionFlags, ShowFlags {
  readonly mesh: string;
  readonly tag: string[];
  readonly gateway?: boolean;
  readonly ingress?: boolean;
}

/** `meridian inspect dataplanes`: which sidecars are connected, and how they get on with what is sent to them. */
export function inspectDataplanes(deps: CliDeps): Command {
  return withShowFlags(verb('dataplanes', deps))
    .description('sidecars and gateways of a mesh with their connection')
    .addOption(meshOption())
    .option(
      '--tag <key=value>',
      'only those with this tag; repeatable',
      (value: string, all: string[]) => [...all, value.replace('=', ':')],
      [],
    )
    .option('--gateway', 'only gateways')
    .option('--ingress', "kumactl's, without effect as there: ingresses are no Dataplanes")
    .action(async (flags: Flags) => {
      if (flags.ingress)
        deps.err(
          'warning: --ingress has no effect: ingresses are no Dataplanes, `meridian inspect zoneingresses` lists them\n',
        );
      const tags = flags.tag.map((tag) => `tag=${encodeURIComponent(tag)}`);
      const query = [...(flags.gateway ? ['gateway=true'] : []), ...tags].join('&');
      const path = `/meshes/${encodeURIComponent(flags.mesh)}/dataplanes/_overview${query ? `?${query}` : ''}`;
      const connection = connectionOf(flags, deps);
      await showList(deps, flags, {
        read: () => fetchInMesh(connection, flags.mesh, path),
        table: (items) => dataplaneTable(items, deps.now()),
      });
    });
}

const HEAD = [
  'MESH',
  'NAME',
  'TAGS',
  'STATUS',
  'CONNECTED',
  'UPDATED',
  'SENT',
  'REJECTED',
  'CERT EXPIRES',
  'CERT BACKEND',
  'ENVOY',
  'NOTES',
];

function dataplaneTable(items: readonly unknown[], now: number): string {
  const rows = items.map((item) => {
    const one = overview.parse(item);
    const { connectTime, updateTime, sent, rejected, last } = connectivityOf(one.dataplaneInsight);
    const mtls = one.dataplaneInsight?.mTLS;
    return [
      one.mesh,
      one.name,
      tagText(tagsOf(one.dataplane)),
      statusOf(one),
      age(connectTime, now),
      age(updateTime, now),
      String(sent),
      String(rejected),
      mtls?.certificateExpirationTime?.replace(/\.\d+/, '') ?? '-',
      mtls?.issuedBackend ?? '-',
      last?.version?.envoy?.version ?? '',
      notReady(one)
        .map((port) => `inbound ${port} is not ready`)
        .join(', '),
    ];
  });
  return table(HEAD, rows);
}

function notReady(one: Overview): (number | undefined)[] {
  const inbounds = one.dataplane?.networking?.inbound ?? [];
  return inbounds.filter((i) => (i.state ?? 'Ready') !== 'Ready' || i.health?.ready === false).map((i) => i.port);
}

/** As Kuma counts: a gateway by its connection; a sidecar also by its inbounds, of which none may be down. */
export function statusOf(one: Overview): 'Online' | 'Offline' | 'Partially degraded' {
  if (!connectivityOf(one.dataplaneInsight).online) return 'Offline';
  if (one.dataplane?.networking?.gateway) return 'Online';
  const down = notReady(one).length;
  if (down === 0) return 'Online';
  return down === one.dataplane?.networking?.inbound?.length ? 'Offline' : 'Partially degraded';
}
