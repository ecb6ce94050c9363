import type { Argument, Command, Option } from 'commander';
import type { ConnectionFlags } from '../verb.ts';
import { completerOf, type Line } from './completer.ts';

/** Where on a line the cursor is. */
interface Cursor {
  /** The verb that the words before lead to. */
  readonly command: Command;
  /** Words before that are no verb and no flag. */
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<Option, string>;
  /** The flag whose value is to come. */
  readonly awaiting: Option | undefined;
}

/** Tells a shell's script that file names are what is wanted. */
const FILES = ':files';

/**
 * What may stand where the cursor is, one a line: verbs, flags, their values, types, meshes and names as the control plane knows them.
 * @param words of the line after `meridian`; the last is the one that is completed, and may be empty
 * @param connect to the control plane that the line names
 */
export async function complete(
  program: Command,
  words: readonly string[],
  connect: (flags: Partial<ConnectionFlags>) => Line['connection'],
): Promise<readonly string[]> {
  const parts = split(words);
  const begun = parts.pop() ?? '';
  const cursor = follow(program, parts);
  const candidates = await candidatesAt(cursor, begun, connect);
  return [...new Set(candidates)].filter((one) => one === FILES || one.startsWith(begun));
}

/** Places whose names say that a file is meant, as `--config <file>`. */
const FILE = /<(file|source|path|folder)>/;

/** `--output=yaml` is two words; bash has already taken it apart, with `=` as a word of its own. */
function split(words: readonly string[]): string[] {
  const parts = words.flatMap((word) => {
    const [, flag, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
    return flag === undefined ? [word] : [flag, value ?? ''];
  });
  const last = parts.length - 1;
  return parts.flatMap((word, i) => (word !== '=' ? [word] : i === last ? [''] : []));
}

function follow(program: Command, parts: readonly string[]): Cursor {
  let command = program;
  let awaiting: Option | undefined;
  const words: string[] = [];
  const flags = new Map<Option, string>();
  for (const part of parts) {
    if (awaiting) {
      flags.set(awaiting, part);
      awaiting = undefined;
      continue;
    }
    if (part.startsWith('-') && part !== '-') {
      const option = optionsOf(command).find((one) => one.long === part || one.short === part);
      if (option?.required || option?.optional) awaiting = option;
      continue;
    }
    const inner = words.length === 0 && command.commands.find((one) => [one.name(), ...one.aliases()].includes(part));
    if (inner) command = inner;
    else words.push(part);
  }
  return { command, words, flags, awaiting };
}

async function candidatesAt(
  { command, words, flags, awaiting }: Cursor,
  begun: string,
  connect: (flags: Partial<ConnectionFlags>) => Line['connection'],
): Promise<readonly string[]> {
  if (!awaiting && begun.startsWith('-')) return optionsOf(command).map(({ long, short }) => long ?? short ?? '');
  const verbs = words.length === 0 ? command.commands.filter((one) => !hidden(one)).map((one) => one.name()) : [];
  const place = awaiting ?? argumentAt(command, words.length);
  if (!place) return verbs;
  const valueOf = (name: string) => [...flags].find(([option]) => option.long === name)?.[1];
  const completer = completerOf(place);
  if (completer) {
    const [address, context, token] = [valueOf('--address'), valueOf('--context'), valueOf('--token')];
    const connection = connect({ ...(address && { address }), ...(context && { context }), ...(token && { token }) });
    return completer({ connection, words, mesh: valueOf('--mesh') ?? 'default' });
  }
  if (place.argChoices) return place.argChoices;
  if (FILE.test('flags' in place ? place.flags : `<${place.name()}>`)) return [FILES];
  return awaiting ? [] : verbs;
}

function argumentAt({ registeredArguments }: Command, index: number): Argument | undefined {
  const last = registeredArguments.at(-1);
  return registeredArguments[index] ?? (last?.variadic ? last : undefined);
}

function optionsOf(command: Command): readonly Option[] {
  return command.createHelp().visibleOptions(command);
}

function hidden(command: Command): boolean {
  return command.name().startsWith('_');
}
