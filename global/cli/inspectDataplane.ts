import { type Command, Option } from 'commander';
import { z } from 'zod';
import { nameIn } from './completion/places.ts';
import { bodyText, type Format, formatOption, render } from './output.ts';
import { type CliDeps, type ConnectionFlags, connectionOf, meshOption, verb } from './verb.ts';

const VIEWS = {
  policies: 'policies',
  rules: '_rules',
  'config-dump': 'xds',
  config: '_config',
  stats: 'stats',
  clusters: 'clusters',
} as const;

interface Flags extends ConnectionFlags {
  readonly mesh: string;
  readonly type: keyof typeof VIEWS;
  readonly output: Format;
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
  return verb('dataplane', deps)
    .description('one proxy: its policies, Envoy configuration, statistics')
    .addArgument(nameIn((mesh) => `/meshes/${encodeURIComponent(mesh)}/dataplanes`))
    .addOption(meshOption())
    .addOption(new Option('--type <view>', 'what to show').choices(Object.keys(VIEWS)).default('policies'))
    .addOption(formatOption())
    .action(async (name: string, flags: Flags) => {
      const path = `/meshes/${encodeURIComponent(flags.mesh)}/dataplanes/${encodeURIComponent(name)}/${VIEWS[flags.type]}`;
      const body = await connectionOf(flags, deps).get(path);
      if (flags.output !== 'table' && typeof body !== 'string') deps.out(`${render(body, flags.output)}\n`);
      else deps.out(`${flags.type === 'policies' ? policiesText(body) : bodyText(body)}\n`);
    });
}

/** One paragraph for every place of the proxy that policies apply to. */
export function policiesText(body: unknown): string {
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
