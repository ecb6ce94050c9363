import { type Command, Option } from 'commander';
import { z } from 'zod';
import { fetchCatalog, findType } from '../catalog.ts';
import { CliError } from '../cliError.ts';
import { nameIn } from '../completion/places.ts';
import { ENVOY_VIEWS, type EnvoyFlags, envoyPath, type EnvoyView, showBody, withEnvoyFlags } from './envoy.ts';
import { notFound } from '../notFound.ts';
import { type CliDeps, type ConnectionFlags, connectionOf, meshOption, verb } from '../verb.ts';

/** What the control plane says of a Dataplane itself, by the last step of the path. */
const OWN_VIEWS = { policies: 'policies', rules: '_rules', config: '_config' } as const;

interface Flags extends ConnectionFlags, EnvoyFlags {
  readonly mesh: string;
  readonly type: keyof typeof OWN_VIEWS | EnvoyView;
  readonly shadow?: boolean;
  readonly include?: 'diff';
}

const matched = z.looseObject({
  items: z.array(
    z.looseObject({
      type: z.string(),
      name: z.string().optional(),
      service: z.string().optional(),
      matchedPolicies: z.record(z.string(), z.array(z.looseObject({ name: z.string() }))),
    }),
  ),
});

/** `meridian inspect dataplane NAME`: what applies to one proxy, or what its Envoy says of itself. */
export function inspectDataplane(deps: CliDeps): Command {
  const views = Object.keys({ ...OWN_VIEWS, ...ENVOY_VIEWS });
  return withEnvoyFlags(verb('dataplane', deps))
    .description('one proxy: its policies, Envoy configuration, statistics')
    .addArgument(nameIn((mesh) => `/meshes/${encodeURIComponent(mesh)}/dataplanes`))
    .addOption(meshOption())
    .addOption(new Option('--type <view>', 'what to show').choices(views).default('policies'))
    .option('--shadow', 'with --type config: as if policies labelled kuma.io/effect: shadow took effect')
    .addOption(
      new Option('--include <part>', 'with --type config: also the difference that --shadow makes').choices(['diff']),
    )
    .action(async (name: string, flags: Flags) => {
      refuseWithoutEffect(flags);
      const { path, query } = viewOf(
        `/meshes/${encodeURIComponent(flags.mesh)}/dataplanes/${encodeURIComponent(name)}`,
        flags,
      );
      const connection = connectionOf(flags, deps);
      const body = await connection.get(path, query).catch(async (cause: unknown) => {
        const type = findType(await fetchCatalog(connection), 'dataplane');
        throw await notFound(connection, { type, mesh: flags.mesh, name }, cause);
      });
      if (flags.type === 'policies' && flags.output === 'table') deps.out(`${policiesText(body)}\n`);
      else showBody(body, flags, deps);
    });
}

/** A flag of another view would change nothing, so it is a mistake. @throws CliError */
function refuseWithoutEffect({ type, shadow, include, includeEds }: Flags): void {
  const misplaced = (flag: string, view: string) => new CliError(`${flag} goes with --type ${view} only`);
  if (shadow && type !== 'config') throw misplaced('--shadow', 'config');
  if (include && type !== 'config') throw misplaced('--include', 'config');
  if (includeEds && type !== 'config-dump') throw misplaced('--include-eds', 'config-dump');
}

function viewOf(proxy: string, flags: Flags): ReturnType<typeof envoyPath> {
  const { type, shadow, include } = flags;
  if (type === 'config-dump' || type === 'stats' || type === 'clusters') return envoyPath(proxy, type, flags);
  const query = type === 'config' ? { shadow: String(shadow === true), include } : {};
  return { path: `${proxy}/${OWN_VIEWS[type]}`, query };
}

/** One paragraph for every place of the proxy that policies apply to. */
function policiesText(body: unknown): string {
  const { items } = matched.parse(body);
  if (items.length === 0) return 'no policy applies';
  return items
    .map(({ type, name, service, matchedPolicies }) => {
      const place = [type.toUpperCase(), name, service && service !== name ? `(${service})` : undefined]
        .filter(Boolean)
        .join(' ');
      const policies = Object.entries(matchedPolicies).map(
        ([policy, list]) => `  ${policy}: ${list.map((one) => one.name).join(', ')}`,
      );
      return [place, ...policies].join('\n');
    })
    .join('\n\n');
}
