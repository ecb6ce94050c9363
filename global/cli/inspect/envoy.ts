import type { Command } from 'commander';
import type { RequestOptions } from '../connection.ts';
import { bodyText, type Format, formatOption, render } from '../output.ts';
import type { CliDeps } from '../verb.ts';

/** What the Envoy of a proxy says of itself: as the CLI calls it, and the last step of the path. */
export const ENVOY_VIEWS = { 'config-dump': 'xds', stats: 'stats', clusters: 'clusters' } as const;

export type EnvoyView = keyof typeof ENVOY_VIEWS;

export interface EnvoyFlags {
  readonly output: Format;
  readonly includeEds?: boolean;
}

/** `-o`, and `--include-eds` as kumactl has it. */
export function withEnvoyFlags(command: Command): Command {
  return command.addOption(formatOption()).option('--include-eds', 'with --type config-dump: the endpoints, too');
}

/** Where a view is asked for. `-o yaml` and `-o json` ask Envoy for what can be taken apart. */
export function envoyPath(
  proxy: string,
  view: EnvoyView,
  { includeEds, output }: EnvoyFlags,
): { readonly path: string; readonly query: NonNullable<RequestOptions['query']> } {
  const asked = view === 'config-dump' ? { include_eds: String(includeEds === true) } : {};
  const query = view === 'config-dump' || output === 'table' ? asked : { format: 'json' };
  return { path: `${proxy}/${ENVOY_VIEWS[view]}`, query };
}

/** A body as it came, or in the form that was asked for. */
export function showBody(body: unknown, { output }: { readonly output: Format }, deps: Pick<CliDeps, 'out'>): void {
  const told = output === 'table' || typeof body === 'string' ? bodyText(body) : render(body, output);
  deps.out(`${told}\n`);
}
