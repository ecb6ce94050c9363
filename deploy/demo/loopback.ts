import { randomInt } from 'node:crypto';
import { bindable } from './ports.ts';

/**
 * Slices of 127.0.0.0/8 that sidecars bind virtual IPs in (`127.21` for 127.21.0.0/16), one per sidecar. Drawn at random
 * and tried out, since other checkouts on this machine draw as well; the port differs too, so that a collision needs both.
 */
export class LoopbackPrefixes {
  readonly #port: number;
  readonly #taken = new Set<number>();

  /** @param port that the virtual IPs listen on */
  constructor(port: number) {
    this.#port = port;
  }

  /** A prefix that nobody has. @throws Error when all 253 are taken. */
  async take(): Promise<string> {
    while (this.#taken.size < 253) {
      const second = randomInt(2, 255);
      if (this.#taken.has(second)) continue;
      this.#taken.add(second);
      if (await bindable(this.#port, `127.${second}.0.1`)) return `127.${second}`;
    }
    throw new Error('no prefix is left in 127.0.0.0/8');
  }
}
