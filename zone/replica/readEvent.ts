import { type Envelope, type EventReader, resourceIn } from '../../shared/event/message.ts';
import { parseKeyText } from '../../shared/resource/resource.ts';
import type { CopiedEntry } from './localCopy.ts';
import type { Folded } from './policyFold.ts';

/** An event as far as this version reads it. */
export interface ReadEvent extends Folded {
  readonly entry: CopiedEntry;
  readonly content: unknown;
  /** Why it cannot be applied. */
  readonly problem?: string;
}

/** What cannot be applied says why in `problem`. @param published its key and body, where they are parsed already. */
export function readEvent(
  entry: CopiedEntry,
  reader: EventReader,
  published?: Pick<Envelope, 'key' | 'content'>,
): ReadEvent {
  const { version, schema } = entry;
  const key = published?.key ?? parseKeyText(entry.key);
  let content = published?.content;
  try {
    content ??= entry.body === undefined ? undefined : JSON.parse(entry.body);
    return { entry, key, version, content, resource: resourceIn({ key, schema, content }, reader) };
  } catch (error) {
    return { entry, key, version, content, resource: null, problem: (error as Error).message };
  }
}
