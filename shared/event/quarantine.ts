/** A message that this version cannot apply, set aside; the rest goes on. */
export interface Quarantined {
  readonly stream: string;
  readonly sequence: number;
  readonly subject: string;
  readonly reason: string;
}

/** So many are told of one by one: whoever writes thousands of wrong messages shall not fill our memory and our reports. */
const TOLD = 100;

/** What is set aside at present, at most one message of a subject: a later one takes its place, or ends it. */
export class Quarantine {
  /** `<stream> <subject>` of each. */
  readonly #held = new Set<string>();
  readonly #told = new Map<string, Quarantined>();

  /** The latest ones. */
  get list(): readonly Quarantined[] {
    return [...this.#told.values()];
  }

  /** How many there are, told of or not. */
  get size(): number {
    return this.#held.size;
  }

  put(one: Quarantined): void {
    const id = `${one.stream} ${one.subject}`;
    this.#held.add(id);
    this.#told.delete(id);
    this.#told.set(id, one);
    const [oldest] = this.#told.keys();
    if (this.#told.size > TOLD && oldest !== undefined) this.#told.delete(oldest);
  }

  has(stream: string, subject: string): boolean {
    return this.#held.has(`${stream} ${subject}`);
  }

  remove(stream: string, subject: string): void {
    this.#forget(`${stream} ${subject}`);
  }

  clear(stream: string): void {
    for (const id of this.#held) if (id.startsWith(`${stream} `)) this.#forget(id);
  }

  #forget(id: string): void {
    this.#held.delete(id);
    this.#told.delete(id);
  }
}
