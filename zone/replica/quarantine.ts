/** A message that this version cannot apply, set aside; the rest goes on. */
export interface Quarantined {
  readonly stream: string;
  readonly sequence: number;
  readonly subject: string;
  readonly reason: string;
}

/** So many are told of, the latest: whoever writes thousands of wrong messages shall not fill our memory and our reports. */
const MOST = 100;

/** What is set aside at present, at most one message of a subject: a later one takes its place, or ends it. */
export class Quarantine {
  readonly #held = new Map<string, Quarantined>();

  get list(): readonly Quarantined[] {
    return [...this.#held.values()];
  }

  get size(): number {
    return this.#held.size;
  }

  put(one: Quarantined): void {
    const id = `${one.stream} ${one.subject}`;
    this.#held.delete(id);
    this.#held.set(id, one);
    const [oldest] = this.#held.keys();
    if (this.#held.size > MOST && oldest !== undefined) this.#held.delete(oldest);
  }

  has(stream: string, subject: string): boolean {
    return this.#held.has(`${stream} ${subject}`);
  }

  remove(stream: string, subject: string): void {
    this.#held.delete(`${stream} ${subject}`);
  }

  clear(stream: string): void {
    for (const [id, one] of this.#held) if (one.stream === stream) this.#held.delete(id);
  }
}
