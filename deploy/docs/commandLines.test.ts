import { expect, it } from 'vitest';
import { GLOBAL_PREFIX, GLOBAL_SETTINGS } from '../../global/config.ts';
import { envName, type Settings } from '../../shared/config/settings.ts';
import { runMeridian } from '../../test/support/runMeridian.ts';
import { ZONE_PREFIX, ZONE_SETTINGS } from '../../zone/config.ts';
import { STANDALONE_PREFIX, STANDALONE_SETTINGS } from '../standalone/config.ts';
import { codeSpans, documents, shellLines } from './documents.ts';

/** `meridian …` as it is written somewhere, up to what the shell does with it. */
function commandsIn(line: string): string[] {
  const found = line.matchAll(/(?:^|[\s(])(?:node deploy\/)?meridian(?:\.js)? ([a-z_-][^|>;&)`]*)/g);
  return [...found].map(([, words = '']) => words.trim());
}

const commands = documents().flatMap((document) =>
  [...shellLines(document), ...codeSpans(document)]
    .flatMap(commandsIn)
    .map((command) => ({ command, where: `${document.path}: meridian ${command}` })),
);

it('finds commands at all', () => {
  expect(commands.length).toBeGreaterThan(50);
});

it.each(commands)('$where', async ({ command }) => {
  const words = command.split(/\s+/).map((word) => word.split('|')[0] ?? '');
  const verbs = words.slice(0, words.findIndex((word) => !/^[a-z][a-z-]*$/.test(word)) >>> 0);
  const { out } = await runMeridian([...verbs, '--help'], { env: {} });
  const asked =
    /^Usage: meridian ?([a-z| -]*?)(?: \[| <|$)/m
      .exec(out)?.[1]
      ?.replace(/\|[a-z-]+/g, '')
      .trim() ?? '';
  expect(verbs.join(' ').startsWith(asked) && (asked !== '' || verbs.length === 0), `help of ${asked}`).toBe(true);
  // What is left over are arguments: of a command that has commands below it there are none, unless it says so.
  if (out.includes('\nCommands:') && !out.includes('(default)')) expect(verbs.join(' ')).toBe(asked);
  const flags = words.filter((word) => /^--?[a-zA-Z]/.test(word)).map((word) => word.split('=')[0] ?? '');
  for (const flag of flags) expect(out, flag).toMatch(new RegExp(`(^|[\\s,])${flag}[\\s,]`, 'm'));
});

const variables = (settings: Settings, prefix: string) =>
  Object.entries(settings).map(([path, one]) => envName(prefix, path, one.env));

it('every setting that is named in the environment exists', () => {
  const known = new Set([
    ...variables(GLOBAL_SETTINGS, GLOBAL_PREFIX),
    ...variables(ZONE_SETTINGS, ZONE_PREFIX),
    ...variables(STANDALONE_SETTINGS, STANDALONE_PREFIX),
  ]);
  const named = documents().flatMap(({ path, text }) =>
    [...text.matchAll(/MERIDIAN_(?:GLOBAL|ZONE|STANDALONE)_[A-Z][A-Z_]*/g)].map(([name]) => ({ path, name })),
  );
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter(({ name }) => !known.has(name))).toEqual([]);
});
