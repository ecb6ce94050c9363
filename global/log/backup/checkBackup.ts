import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { Digest } from '../../../shared/event/digest.ts';
import { canonicalJson } from '../../../shared/resource/json.ts';
import { endLine, type EventLine, eventLine, type HeadLine, headLine } from './format.ts';
import { sha256 } from './writeBackup.ts';

export interface CheckedBackup {
  readonly head: HeadLine;
  readonly events: number;
  /** Resources that are alive. */
  readonly resources: number;
}

interface Takers {
  readonly head?: (head: HeadLine) => Promise<void>;
  readonly event?: (event: EventLine) => Promise<void>;
}

/**
 * Reads a backup to its end: whole and unchanged, positions from 1 without gaps, versions of each resource without gaps, every change
 * complete, and what the events fold to is the state that the backup was taken of.
 * @param takers are handed what was read so far, before the rest is known to be good
 * @throws Error that says what is wrong, and at which line
 */
export async function checkBackup(lines: AsyncIterable<string>, takers: Takers = {}): Promise<CheckedBackup> {
  const hash = createHash('sha256');
  const fold = new Fold();
  let head: HeadLine | undefined;
  let before: string | undefined;
  let number = 0;
  // The last line is another one, and only its follower tells which is the last.
  for await (const text of lines) {
    if (before !== undefined) {
      hash.update(`${before}\n`);
      if (head) {
        const event = parsed(eventLine, before, number, 'an event');
        fold.take(event, number);
        await takers.event?.(event);
      } else {
        head = parsed(headLine, before, number, 'the head of a backup');
        await takers.head?.(head);
      }
    }
    before = text;
    number++;
  }
  if (!head || before === undefined)
    throw new Error('it is no backup of the log, or it was cut off after its first line');
  const end = parsed(endLine, before, number, 'the end of a backup: it was cut off');
  if (end.sha256 !== hash.digest('hex'))
    throw new Error('it was changed after it was written: its SHA-256 is another one');
  fold.finish(head);
  return { head, events: end.events, resources: fold.resources };
}

/** The events so far: where they stand, and what they fold to. */
class Fold {
  readonly #digest = new Digest(sha256);
  readonly #versions = new Map<string, number>();
  #position = 0;
  #rest = 0;
  #change = '';

  get resources(): number {
    return this.#digest.size;
  }

  take({ seq, rkey, version, data, change_id, change_index, change_size }: EventLine, line: number): void {
    const wrong = (what: string) => new Error(`line ${line}: ${what}`);
    if (seq !== this.#position + 1) throw wrong(`position ${seq} follows ${this.#position}`);
    this.#position = seq;
    const expected = (this.#versions.get(rkey) ?? 0) + 1;
    if (version !== expected) throw wrong(`${rkey} has version ${version}, after ${expected - 1}`);
    this.#versions.set(rkey, version);
    if (change_index === 0 ? this.#rest > 0 : change_id !== this.#change)
      throw wrong(`the change ${this.#change || change_id} is not complete`);
    this.#change = change_id;
    this.#rest = change_size - change_index - 1;
    this.#digest.set(rkey, version, data === null ? undefined : canonicalJson(data));
  }

  finish({ head, digest }: HeadLine): void {
    if (this.#position !== head) throw new Error(`its events end at ${this.#position}, its head is ${head}`);
    if (this.#rest > 0) throw new Error(`the last change, ${this.#change}, is not complete`);
    if (this.#digest.hex !== digest)
      throw new Error(
        `the events fold to ${this.#digest.hex}, the state was ${digest}: rebuild it, and take another backup`,
      );
  }
}

function parsed<T>(schema: z.ZodType<T>, text: string, line: number, what: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`line ${line} is not ${what}`, { cause });
  }
}
