import { type Command, Option } from 'commander';
import { fetchCatalog, findType, type ResourceType } from '../catalog.ts';
import { type Change, describe, placeOf } from '../change/change.ts';
import { type ChangeFlags, withChangeFlags } from '../change/flags.ts';
import { makeChange } from '../change/make.ts';
import { CliError } from '../cliError.ts';
import { completed } from '../completion/completer.ts';
import { meshes, nameArgument, typeArgument } from '../completion/places.ts';
import type { Connection } from '../connection.ts';
import { requireThere } from '../notFound.ts';
import { type CliDeps, connectionOf, verb } from '../verb.ts';
import { type Plan, planRollback } from './plan.ts';
import { changeNamed, eventsOf, type Stand, standAt, type Target, target } from './target.ts';
import { type Scope, type Touched, touchedBy, touchedSince } from './touched.ts';

interface RollbackFlags extends ChangeFlags {
  readonly mesh?: string;
  readonly to?: Target;
  readonly undo?: Target;
  readonly leaveSecrets?: boolean;
}

/** `meridian rollback [TYPE NAME] --to …|--undo CHANGE`: a new change that takes back what was done; the log is never rewritten. */
export function rollbackCommand(deps: CliDeps): Command {
  const command = verb('rollback', deps)
    .description(
      'go back to how things were, or undo one change: all of it, a mesh, or one resource, as one new change',
    )
    .addArgument(typeArgument('only one resource: its type', '[type]'))
    .addArgument(nameArgument('[name]'))
    .addOption(
      completed(new Option('-m, --mesh <name>', 'only this mesh; of TYPE NAME, the mesh that it is in'), meshes),
    )
    .addOption(
      new Option('--to <when>', 'as it was at a position of the log, at a time, or right after a change, by its id')
        .argParser(target)
        .conflicts('undo'),
    )
    .addOption(
      new Option('--undo <change>', 'take back one change, by its id or a position of it').argParser(changeNamed),
    )
    .option('--leave-secrets', 'go back all the same when there are secrets that cannot: they stay as they are')
    .option('--message <text>', 'why: kept in the log with the change');
  return withChangeFlags(command).action(
    async (word: string | undefined, name: string | undefined, flags: RollbackFlags) => {
      requireSense(flags, word, deps);
      const connection = connectionOf(flags, deps);
      const types = await fetchCatalog(connection);
      const { touched, message } = await wanted(connection, types, { word, name, flags }, deps);
      const plan = planRollback(touched, { isNamed: word !== undefined || flags.undo !== undefined });
      for (const one of plan.kept) deps.err(`note: ${one}\n`);
      refuseLost(plan, flags);
      if (plan.documents.length + plan.deletions.length === 0) {
        if (word !== undefined && plan.kept.length > 0) throw new CliError('nothing was changed');
        return deps.err(plan.kept.length > 0 ? 'nothing else to go back\n' : 'nothing to go back: it is as it was\n');
      }
      const making = {
        flags: { ...flags, message: flags.message ?? message },
        question: flags.yes ? undefined : 'go back?',
        conditions: plan.conditions,
      };
      const made = await makeChange(connection, changeOf(plan), making, deps);
      if (made === 'unsupported') throw new CliError('this control plane takes no changes of several resources');
      if (made !== 'shown' && made.change) deps.err(`\`meridian rollback --undo ${made.change}\` takes this back\n`);
    },
  );
}

const WHERE =
  'where to? --to 41, --to 2026-11-22T10:00:00Z or --to CHANGE goes back to then, --undo CHANGE takes back one change; `meridian log` shows positions';

/** @throws CliError before anybody is asked anything */
function requireSense(
  { to, undo, mesh, yes, dryRun }: RollbackFlags,
  word: string | undefined,
  { terminal }: CliDeps,
): void {
  if (!to && !undo) throw new CliError(WHERE);
  if (undo && (word !== undefined || mesh !== undefined))
    throw new CliError('--undo takes back a whole change: it goes without TYPE, NAME and --mesh');
  if (!terminal?.ask && !yes && !dryRun)
    throw new CliError('there is nobody to ask: --yes goes back without asking, --dry-run only shows');
}

interface Line {
  readonly word: string | undefined;
  readonly name: string | undefined;
  readonly flags: RollbackFlags;
}

/** What is to be taken back, and why, for the log. @throws CliError */
async function wanted(
  connection: Connection,
  types: readonly ResourceType[],
  { word, name, flags: { to, undo, mesh } }: Line,
  { err }: CliDeps,
): Promise<{ readonly touched: readonly Touched[]; readonly message: string }> {
  if (undo) {
    const events = await eventsOf(connection, undo);
    const [first] = events;
    err(`undoing change ${first?.change.id}${whose({ position: first?.position ?? 0, event: first })}\n`);
    return { touched: await touchedBy(connection, events), message: `undo of change ${first?.change.id}` };
  }
  if (!to) throw new CliError(WHERE);
  const type = word === undefined ? undefined : findType(types, word);
  if (type && name === undefined)
    throw new CliError(`which ${type.name}? Give its name, or go back as a whole, or with --mesh`);
  const inMesh = type?.scope === 'Mesh' ? (mesh ?? 'default') : '';
  const scope: Scope = type && name !== undefined ? { resource: { type: type.name, mesh: inMesh, name } } : { mesh };
  const stand = await standAt(connection, to);
  const touched = await touchedSince(connection, stand.position, scope);
  if (touched.length === 0) await requireKnown(connection, types, scope);
  err(`back to position ${stand.position}${whose(stand)}\n`);
  return { touched, message: `rollback to position ${stand.position}` };
}

function whose({ event }: Stand): string {
  if (!event) return ', before the first event';
  const { at, by } = event;
  return `, ${at.replace(/\.\d+/, '')} by ${by.user.split('/')[0]}${by.message ? `: ${by.message}` : ''}`;
}

/** Nothing happened to it since then, or it is mistyped? @throws CliError with what is called alike */
async function requireKnown(
  connection: Connection,
  types: readonly ResourceType[],
  { mesh, resource }: Scope,
): Promise<void> {
  const key = resource ?? (mesh === undefined ? undefined : { type: 'Mesh', mesh: '', name: mesh });
  if (!key) return;
  await requireThere(connection, { ...key, type: findType(types, key.type) });
}

/** @throws CliError: what cannot come back is not left out in silence */
function refuseLost({ lost }: Plan, { leaveSecrets }: RollbackFlags): void {
  if (lost.length === 0 || leaveSecrets) return;
  throw new CliError(
    [
      'nothing was changed: what these secrets held then cannot be read any more, as their keys are destroyed with every change',
      ...lost.map((one) => `* ${one}`),
      '--leave-secrets goes back with all else, and leaves these as they are now',
    ].join('\n'),
  );
}

function changeOf({ documents, deletions }: Plan): Change {
  return {
    documents,
    deletions,
    faultText: ({ field, reason }) => {
      const place = placeOf(field);
      const named = place && { documents, deletions }[place.list][place.index];
      if (!named) return `${field}: ${reason}`;
      return [`* ${describe(named)}`, place.rest, reason].filter(Boolean).join(': ');
    },
  };
}
