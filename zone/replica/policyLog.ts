import { type Envelope, envelopeOf, type EventReader, HEADER, type Message } from '../../shared/event/message.ts';
import type { Quarantine } from '../../shared/event/quarantine.ts';
import { eventSubject } from '../../shared/event/subject.ts';
import { keyText, parseKeyText } from '../../shared/resource/resource.ts';
import type { Changed, View } from '../../shared/view/view.ts';
import type { Keyring } from './keyring.ts';
import type { CopiedAside, CopiedEntry, LocalCopy } from './localCopy.ts';
import { PolicyFold } from './policyFold.ts';
import type { Applied } from './ports.ts';
import { type ReadEvent, readEvent } from './readEvent.ts';
import { UnsavedChanges } from './unsavedChanges.ts';

interface PolicyLogDeps {
  readonly view: View;
  readonly keyring: Keyring;
  readonly copy: LocalCopy;
  readonly reader: EventReader;
  readonly quarantine: Quarantine;
  readonly applied: (changes: readonly Changed[], of?: Applied['change']) => void;
  /** A message of another log than before came; it was not taken. */
  readonly onOtherLog: (logId: string) => void;
  readonly onError: (error: Error) => void;
}

const STREAM = 'EVENTS';
/** The rest of a change may not come at all (compacted away, or for global only): then what is there is applied. */
const CHANGE_MS = 20;
/** Stands for the schema of a message that says none: it is kept, and no version will read it. */
const NO_SCHEMA = 0;

/** What came since a refill began. */
interface Anew {
  readonly logId: string;
  readonly reads: Map<string, ReadEvent>;
  /** No messages of a policy log, by subject. */
  readonly broken: Map<string, CopiedAside>;
  position: number;
}

/** Folds the policy log into the view, change by change, and keeps the copy on disk. */
export class PolicyLog {
  readonly #deps: PolicyLogDeps;
  readonly #fold: PolicyFold;
  readonly #unsaved: UnsavedChanges;
  #position = 0;
  #logId = '';
  #change: { readonly envelope: Envelope; readonly read: ReadEvent }[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** While a refill goes on. */
  #anew: Anew | undefined;

  constructor(deps: PolicyLogDeps) {
    this.#deps = deps;
    this.#fold = new PolicyFold(deps.view, deps.keyring);
    this.#unsaved = new UnsavedChanges(deps.copy);
  }

  get position(): number {
    return this.#position;
  }

  get logId(): string {
    return this.#logId;
  }

  get digest(): string {
    return this.#fold.digest;
  }

  get waitingForKeys(): number {
    return this.#fold.waitingForKeys;
  }

  /** @returns whether there was a copy to begin with. What an older version had set aside is tried again. */
  load(): boolean {
    const copied = this.#deps.copy.load();
    if (!copied) return false;
    for (const { keyId, body } of copied.grants) this.#adopt(keyId, body);
    this.#logId = copied.logId;
    this.#position = copied.position;
    for (const entry of copied.entries) this.#apply(readEvent(entry, this.#deps.reader));
    for (const { reason, ...entry } of copied.aside) {
      if (entry.schema === NO_SCHEMA) this.#setAside(entry, reason);
      else {
        const read = readEvent(entry, this.#deps.reader);
        this.#apply(read);
        if (read.problem) continue;
        this.#unsaved.entry(entry);
        this.#unsaved.aside(entry.key, undefined);
      }
    }
    return true;
  }

  /** Of our copy. What is sealed to a key that the zone has no more comes from KEYS, sealed to the one that it has. */
  #adopt(keyId: string, body: string): void {
    try {
      this.#deps.keyring.put(keyId, body);
    } catch {
      this.#deps.onError(
        new Error(`the copy's data key ${keyId} is sealed to another key of the zone: it has to come anew`),
      );
    }
  }

  /** The next message of the stream. */
  take(sequence: number, message: Message): void {
    const from = message.headers[HEADER.log] ?? '';
    // It is of no other log either: that would have the mirror made anew.
    if (from === '') {
      this.#takeBroken(sequence, message, `it has no header ${HEADER.log}`);
      return;
    }
    if (!this.#isOfOurs(from)) return;
    let envelope: Envelope;
    try {
      envelope = envelopeOf(sequence, message);
    } catch (error) {
      this.#takeBroken(sequence, message, (error as Error).message);
      return;
    }
    const { key, version, schema, content } = envelope;
    const body = content === undefined ? undefined : message.body;
    const entry = { key: keyText(key), version, schema, position: sequence, body };
    const read = readEvent(entry, this.#deps.reader, { key, content });
    if (this.#anew) {
      this.#anew.reads.set(read.entry.key, read);
      this.#anew.position = sequence;
    } else this.#add(envelope, read);
  }

  /** Whether a message of that log is to be taken. A refill follows another log, and begins again with it. */
  #isOfOurs(logId: string): boolean {
    if (this.#anew) {
      if (logId !== this.#anew.logId) this.#anew = anewOf(logId);
      return true;
    }
    this.#logId ||= logId;
    if (logId === this.#logId) return true;
    this.#deps.onOtherLog(logId);
    return false;
  }

  /** It is no message of a policy log at all. */
  #takeBroken(sequence: number, { subject, body }: Message, reason: string): void {
    const entry = { key: subject, version: 0, schema: NO_SCHEMA, position: sequence, body };
    if (this.#anew) {
      this.#anew.broken.set(subject, { ...entry, reason });
      this.#anew.position = sequence;
      return;
    }
    this.flush();
    this.#setAside(entry, reason);
    this.#position = Math.max(this.#position, sequence);
  }

  /** Applies what has come of a change. */
  flush(): void {
    clearTimeout(this.#timer);
    const events = this.#change;
    this.#change = [];
    const last = events.at(-1)?.envelope;
    if (!last) return;
    const changes = events.flatMap(({ read }) => this.#applyNew(read));
    this.#position = Math.max(this.#position, last.position);
    this.#deps.applied(changes, { id: last.change.id, at: last.at });
  }

  /** A grant of a data key came: it is kept, and what waited for it goes into the view. @throws Error when it is not for us. */
  grant(keyId: string, body: string): void {
    this.#unsaved.grant(keyId, body);
    if (!this.#deps.keyring.put(keyId, body)) return;
    const changed = this.#fold.unlock(keyId);
    if (changed) this.#deps.applied([changed]);
  }

  /** From now on messages come from the beginning of the stream; they are collected and the view stays until `endRefill`. */
  beginRefill(): void {
    this.flush();
    this.#anew = anewOf(this.#logId);
  }

  /**
   * Puts what was collected in the place of everything, in the view and on disk.
   * @returns whether it did: not while it reaches less far in the log than what we have, as from a mirror that is being filled itself.
   */
  endRefill(): boolean {
    const anew = this.#anew;
    if (!anew || (anew.logId === this.#logId && anew.position < this.#position)) return false;
    this.#anew = undefined;
    this.#deps.quarantine.clear(STREAM);
    this.#unsaved.replace();
    const reads = [...anew.reads.values()];
    const aside = reads.filter(({ problem }) => problem);
    const changes = this.#fold.replace(
      reads.filter(({ problem }) => !problem),
      new Set(aside.map(({ entry }) => entry.key)),
    );
    for (const read of reads) if (!read.problem) this.#unsaved.entry(read.entry);
    for (const read of aside) this.#apply(read);
    for (const { reason, ...entry } of anew.broken.values()) this.#setAside(entry, reason);
    this.#position = anew.position;
    this.#logId = anew.logId;
    this.#deps.applied(changes);
    return true;
  }

  save(): void {
    this.#unsaved.save(this.#logId, this.#position);
  }

  #add(envelope: Envelope, read: ReadEvent): void {
    const { change } = envelope;
    if (this.#change[0] && this.#change[0].envelope.change.id !== change.id) this.flush();
    this.#change.push({ envelope, read });
    clearTimeout(this.#timer);
    if (change.index === change.size - 1) this.flush();
    else this.#timer = setTimeout(() => this.flush(), CHANGE_MS);
  }

  #applyNew(read: ReadEvent): Changed[] {
    const { entry, problem } = read;
    if (!problem) this.#unsaved.entry(entry);
    const changed = this.#apply(read);
    return changed ? [changed] : [];
  }

  #apply(read: ReadEvent): Changed | undefined {
    const { entry, key, problem } = read;
    const { quarantine } = this.#deps;
    if (problem) {
      this.#fold.passOver(read);
      this.#setAside(entry, problem);
      return undefined;
    }
    if (quarantine.size > 0 && quarantine.has(STREAM, eventSubject(key))) {
      quarantine.remove(STREAM, eventSubject(key));
      // One that was no event is known by its subject.
      for (const former of [entry.key, eventSubject(key)]) this.#unsaved.aside(former, undefined);
    }
    return this.#fold.apply(read);
  }

  #setAside(entry: CopiedEntry, reason: string): void {
    const { key, schema, position } = entry;
    const subject = schema === NO_SCHEMA ? key : eventSubject(parseKeyText(key));
    this.#deps.quarantine.put({ stream: STREAM, sequence: position, subject, reason });
    this.#unsaved.aside(key, { ...entry, reason });
    this.#deps.onError(new Error(`${STREAM} ${position} (${subject}) is set aside: ${reason}`));
  }
}

function anewOf(logId: string): Anew {
  return { logId, reads: new Map(), broken: new Map(), position: 0 };
}
