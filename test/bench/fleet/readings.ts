import { nameOf } from './wire.ts';

/** What a sidecar has to know of a cluster or a listener. One object for the same bytes. */
export interface Reading {
  readonly name: string;
  /** Of what it refers to: endpoints or routes. */
  readonly names: readonly string[];
}

/** Reads resources once for all sidecars that are sent the same bytes: the fleet shares its machine with what is measured. */
export class Readings {
  readonly #namesOf: (resource: Uint8Array) => readonly string[];
  readonly #known = new Map<string, Reading>();

  constructor(namesOf: (resource: Uint8Array) => readonly string[]) {
    this.#namesOf = namesOf;
  }

  of(resource: Uint8Array): Reading {
    const { buffer, byteOffset, length } = resource;
    const bytes = Buffer.from(buffer, byteOffset, length).toString('latin1');
    let reading = this.#known.get(bytes);
    if (!reading) {
      reading = { name: nameOf(resource), names: this.#namesOf(resource) };
      this.#known.set(bytes, reading);
    }
    return reading;
  }
}
