import { type Command, Option } from 'commander';
import { z } from 'zod';
import { age } from '../age.ts';
import { fetchCatalog, findType } from '../catalog.ts';
import { nameIn } from '../completion/places.ts';
import { connectivityOf, insight } from './insight.ts';
import { fetchAll } from '../list.ts';
import { notFound } from '../notFound.ts';
import { ENVOY_VIEWS, type EnvoyFlags, envoyPath, type EnvoyView, showBody, withEnvoyFlags } from './envoy.ts';
import { table } from '../table.ts';
import { type CliDeps, type ConnectionFlags, connectionOf, verb } from '../verb.ts';
import { showList, type ShowFlags, withShowFlags } from '../watch/showList.ts';

/** A kind of zone proxy, as the REST API and the keys of its overview call it. */
interface Kind {
  readonly singular: string;
  readonly plural: string;
  readonly alias: string;
  readonly key: 'zoneIngress' | 'zoneEgress';
  readonly what: string;
}

const KINDS: readonly Kind[] = [
  {
    singular: 'zoneingress',
    plural: 'zoneingresses',
    alias: 'zone-ingresses',
    key: 'zoneIngress',
    what: 'where calls from other zones come in',
  },
  {
    singular: 'zoneegress',
    plural: 'zoneegresses',
    alias: 'zone-egresses',
    key: 'zoneEgress',
    what: 'where calls to other zones go out',
  },
];

const proxy = z.looseObject({ zone: z.string().optional() }).optional();
const overview = z.looseObject({
  name: z.string(),
  zoneIngress: proxy,
  zoneEgress: proxy,
  zoneIngressInsight: insight.optional(),
  zoneEgressInsight: insight.optional(),
});

/** `meridian inspect zoneingresses` and its kin: which zone proxies are connected, and what the Envoy of one says of itself. */
export function inspectZoneProxies(deps: CliDeps): Command[] {
  return KINDS.flatMap((kind) => [inspectAll(kind, deps), inspectOne(kind, deps)]);
}

function inspectAll(kind: Kind, deps: CliDeps): Command {
  return withShowFlags(verb(kind.plural, deps))
    .alias(kind.alias)
    .description(`${kind.what}, with their connection`)
    .action(async (flags: ConnectionFlags & ShowFlags) => {
      const connection = connectionOf(flags, deps);
      await showList(deps, flags, {
        read: () => fetchAll(connection, `/${kind.plural}/_overview`),
        table: (items) => zoneProxyTable(kind, items, deps.now()),
      });
    });
}

function inspectOne({ singular, plural, key }: Kind, deps: CliDeps): Command {
  return withEnvoyFlags(verb(singular, deps))
    .description(`one ${key}: Envoy configuration, statistics`)
    .addArgument(nameIn(() => `/${plural}`))
    .addOption(new Option('--type <view>', 'what to show').choices(Object.keys(ENVOY_VIEWS)).default('config-dump'))
    .action(async (name: string, flags: ConnectionFlags & EnvoyFlags & { type: EnvoyView }) => {
      const { path, query } = envoyPath(`/${plural}/${encodeURIComponent(name)}`, flags.type, flags);
      const connection = connectionOf(flags, deps);
      const body = await connection.get(path, query).catch(async (cause: unknown) => {
        const type = findType(await fetchCatalog(connection), singular);
        throw await notFound(connection, { type, mesh: '', name }, cause);
      });
      showBody(body, flags, deps);
    });
}

function zoneProxyTable({ key }: Kind, items: readonly unknown[], now: number): string {
  const rows = items.map((item) => {
    const one = overview.parse(item);
    const { online, connectTime, updateTime, sent, rejected, last } = connectivityOf(one[`${key}Insight`]);
    return [
      one.name,
      one[key]?.zone ?? '',
      online ? 'Online' : 'Offline',
      age(connectTime, now),
      age(updateTime, now),
      String(sent),
      String(rejected),
      last?.version?.envoy?.version ?? '',
    ];
  });
  return table(['NAME', 'ZONE', 'STATUS', 'CONNECTED', 'UPDATED', 'SENT', 'REJECTED', 'ENVOY'], rows);
}
