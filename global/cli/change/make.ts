import { randomUUID } from 'node:crypto';
import { CliError } from '../cliError.ts';
import type { Connection } from '../connection.ts';
import { type Format, render } from '../output.ts';
import { paintOf } from '../terminal.ts';
import type { CliDeps } from '../verb.ts';
import { type Change, describe } from './change.ts';
import { diffText } from './diffText.ts';
import type { ChangeFlags } from './flags.ts';
import { proxiesText } from './proxiesText.ts';
import { type Applied, applyTogether, type Conditions, type Tried, tryTogether, unchangedSince } from './together.ts';
import { waitForProxies } from './waitForProxies.ts';

/** How one verb changes something. */
interface Making {
  readonly flags: ChangeFlags;
  /** Asked on a terminal, upon the difference; absent: nobody is asked. */
  readonly question?: string | undefined;
  readonly conditions?: Conditions | undefined;
  /** Told what the control plane says of each resource, once. */
  readonly onTold?: (resources: Applied['resources']) => void;
}

/** What became of a change: it was made, only shown, or the control plane takes none of several resources. */
export type Made = Applied | 'shown' | 'unsupported';

/**
 * Makes a change as every verb does: on a terminal, and for `--dry-run`, it is tried and shown; who sits there is asked; it is made upon
 * what was shown, whoever wrote meanwhile; `--wait` waits for the proxies.
 * @throws CliError when it is refused, by the control plane or by the one who was asked
 */
export async function makeChange(
  connection: Connection,
  change: Change,
  { flags, question, conditions: given, onTold }: Making,
  deps: CliDeps,
): Promise<Made> {
  const tried =
    flags.dryRun || deps.terminal
      ? await tryTogether(connection, change, { proxies: flags.dryRun === true, conditions: given })
      : undefined;
  if (tried) {
    onTold?.(tried.resources);
    show(tried, flags, deps);
    if (flags.dryRun) return 'shown';
    if (tried.resources.every(({ status }) => status === 'unchanged')) {
      deps.err('nothing to change\n');
      return 'shown';
    }
    const { ask } = deps.terminal ?? {};
    if (ask && question && !/^y(es)?$/i.test((await ask(`${question} [y/N] `)).trim()))
      throw new CliError('nothing was applied');
  }
  if (flags.dryRun) return 'unsupported';
  const applied = await applyTogether(connection, change, {
    message: flags.message,
    key: randomUUID(),
    // What was shown is what is written upon, however long somebody thinks about it.
    conditions: tried ? unchangedSince(tried, change) : given,
  });
  if (!applied) return 'unsupported';
  if (!tried) onTold?.(applied.resources);
  if (flags.output !== 'table') deps.out(`${render(applied, flags.output)}\n`);
  else for (const one of applied.resources) deps.out(`${describe(one)} ${one.status}\n`);
  if (flags.wait) await waitForProxies(connection, applied, flags.waitTimeout, deps);
  return applied;
}

function show(
  tried: Tried,
  { output, dryRun }: { readonly output: Format; readonly dryRun?: boolean },
  deps: CliDeps,
): void {
  if (output !== 'table') {
    if (dryRun) deps.out(`${render(tried, output)}\n`);
    return;
  }
  const paint = paintOf(deps.terminal);
  for (const one of tried.resources) deps.out(`${diffText(one, paint)}\n`);
  if (tried.proxies) deps.out(`\n${proxiesText(tried.proxies)}\n`);
}
