import type { XdsKind } from '../../shared/xds/snapshot.ts';
import type { Encoded } from './encoded.ts';
import type { Response } from './response.ts';
import type { Subscription } from './subscription.ts';

/** What a proxy shall have of one kind, by name. */
export type Wanted = ReadonlyMap<string, Encoded>;

/** What both protocols remember of one kind on one stream. A value: every step gives a new one. */
export interface KindState {
  readonly kind: XdsKind;
  /** The stream asked for this kind. */
  readonly requested: boolean;
  readonly subscription: Subscription;
  /** Names to be answered although nothing changed: newly subscribed ones, endpoints of a changed cluster. */
  readonly resend: ReadonlySet<string>;
  /** Name → version that the proxy refused: never sent again unchanged. */
  readonly rejected: ReadonlyMap<string, string>;
  /** The response that is not answered yet; there is at most one. */
  readonly awaiting: { readonly nonce: string; readonly sent: readonly Encoded[] } | undefined;
  /** The set that there was nothing left to send of: the same set again needs no look. */
  readonly settled: Wanted | undefined;
}

/** What a request meant. */
export interface Received<S> {
  readonly state: S;
  /** Set when it answers what we sent last. */
  readonly answer?: { readonly accepted: boolean; readonly error: string; readonly names: readonly string[] };
}

/** A protocol's half of the work: pure steps for one kind. */
export interface KindMachine<S extends KindState, Request> {
  initial(kind: XdsKind): S;
  receive(state: S, request: Request): Received<S>;
  /** @param mayRemove whether now is the time to take away what is no longer wanted (make before break). */
  respond(
    state: S,
    wanted: Wanted,
    nonce: string,
    mayRemove: boolean,
  ): { readonly state: S; readonly response?: Response & { readonly changed: readonly Encoded[] } };
}

/** Does the proxy stand by a refusal of something that is still wanted? */
export function isRefusing(state: KindState, wanted: Wanted): boolean {
  for (const [name, version] of state.rejected) if (wanted.get(name)?.version === version) return true;
  return false;
}

/**
 * Which of the sent resources a NACK is about. Envoy applies the good ones of a response and names the bad ones as
 * `Error adding/updating cluster(s) a: …, b: …`; when it names none, all count as refused.
 */
export function refusedOf(sent: readonly Encoded[], error: string): readonly Encoded[] {
  const named = sent.filter(({ name }) => mentions(error, name));
  return named.length > 0 ? named : sent;
}

function mentions(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const before = at === 0 ? ' ' : text.charAt(at - 1);
    const after = text.charAt(at + name.length);
    if (/[\s,'"(]/.test(before) && (after === '' || /[\s,:;'")]/.test(after))) return true;
  }
  return false;
}
