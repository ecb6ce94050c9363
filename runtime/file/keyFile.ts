import { existsSync, readFileSync } from 'node:fs';
import { replaceFile } from './replaceFile.ts';
import { secretFile } from './secretFile.ts';

/** How the keys of a file are written. */
export interface KeyFormat<Key> {
  /** What errors call one. */
  readonly name: string;
  /** The text of a new one. */
  readonly make: () => string;
  /** The texts of those in a file; absent: its words. */
  readonly split?: (text: string) => readonly string[];
  /** @throws Error when it is none */
  readonly parse: (text: string) => Key;
}

/** The keys in a file that only its owner may read (mode 0600): the newest first, then those that were used before it. */
export interface KeyFile<Key> {
  /** The one to use from now on. */
  newest(): Key;
  /** What was made with them still needs them; none, unless a change to the newest is under way. */
  former(): readonly Key[];
  /**
   * Reads the file anew. What it held before counts as former, also where it was replaced as a whole; a file that is gone or empty changes
   * nothing.
   * @throws Error when it holds no key; those that were read before stay
   */
  look(): void;
  /** Nothing needs the former ones any more: they go, unless one more was made since the last look. */
  dropFormer(): void;
}

/** Reads the file, which is made with one key at the first start. @throws Error when it holds no key */
export function keyFile<Key>(file: string, format: KeyFormat<Key>): KeyFile<Key> {
  const made = () => textOf([format.make()]);
  let texts = textsIn(secretFile(file, made), file, format);
  let keys = parsed(texts, file, format);
  const take = (present: readonly string[]) => {
    keys = parsed(present, file, format);
    texts = present;
  };
  return {
    newest: () => keys[0],
    former: () => keys.slice(1),
    look: () => {
      const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
      if (text.trim() === '') return;
      const all = [...new Set([...textsIn(text, file, format), ...texts])];
      if (all.join() !== texts.join()) take(all);
    },
    dropFormer: () => {
      const [newest = ''] = texts;
      const held = textsIn(readFileSync(file, 'utf8'), file, format);
      if (held[0] !== newest) return;
      if (held.length > 1) replaceFile(file, textOf([newest]));
      take([newest]);
    },
  };
}

/** Puts a new key before those that the file holds: who looks then uses it. @throws Error when there is no file, or no key in it */
export function makeNextKey(file: string, format: KeyFormat<unknown>): void {
  if (!existsSync(file))
    throw new Error(`there is no ${format.name} in ${file}: give the settings that the control plane is started with`);
  replaceFile(file, textOf([format.make(), ...textsIn(readFileSync(file, 'utf8'), file, format)]));
}

/** The keys of a text, the newest first. @param where the text is from, for errors @throws Error when it holds no key */
export function keysIn<Key>(text: string, where: string, format: KeyFormat<Key>): readonly [Key, ...Key[]] {
  return parsed(textsIn(text, where, format), where, format);
}

function textsIn(text: string, where: string, { name, split = words }: KeyFormat<unknown>): readonly string[] {
  const texts = split(text);
  if (texts.length === 0) throw new Error(`${where} holds no ${name}`);
  return texts;
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function parsed<Key>(texts: readonly string[], where: string, { parse }: KeyFormat<Key>): readonly [Key, ...Key[]] {
  const keys = texts.map((text) => {
    try {
      return parse(text);
    } catch (cause) {
      throw new Error(`${where}: ${(cause as Error).message}`, { cause });
    }
  });
  return keys as [Key, ...Key[]];
}

function textOf(keys: readonly string[]): string {
  return keys.map((key) => `${key}\n`).join('');
}
