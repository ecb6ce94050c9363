import type { IdentityKeeper, IssuedIdentity } from '../identity/identityKeeper.ts';

/** Certificates that proxies have acknowledged: only then others may count on them. */
export class HeldIdentities {
  readonly #keeper: Pick<IdentityKeeper, 'issued'>;
  readonly #held = new WeakSet<IssuedIdentity>();

  constructor(keeper: Pick<IdentityKeeper, 'issued'>) {
    this.#keeper = keeper;
  }

  /** The one that the proxy has, as far as it has said so. */
  of(proxyId: string): IssuedIdentity | undefined {
    const issued = this.#keeper.issued(proxyId);
    return issued && this.#held.has(issued) ? issued : undefined;
  }

  /** The proxy acknowledged its secrets. @returns whether it has another certificate now */
  acknowledged(proxyId: string): boolean {
    const issued = this.#keeper.issued(proxyId);
    if (!issued || this.#held.has(issued)) return false;
    this.#held.add(issued);
    return true;
  }
}
