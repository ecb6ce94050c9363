import type { ResourceKey } from '../resource/resource.ts';

/** Prefix of the policy stream that zones mirror, and of the part that stays with global. */
export const EVENT_PREFIX = 'cp.ev';
export const OWN_PREFIX = 'cp.own';
export const KEY_PREFIX = 'cp.key';
/** Prefix of a zone's own log, of the part of it that stays in the zone, and where the hub puts the logs of all zones. */
export const UP_PREFIX = 'up';
export const KEPT_PREFIX = 'kept';
export const ZONE_PREFIX = 'cp.zone';

const ENCODE: Readonly<Record<string, string>> = { '~': '~~', '.': '~d', '*': '~s', '>': '~g', ' ': '~_' };
const DECODE: Readonly<Record<string, string>> = Object.fromEntries(Object.entries(ENCODE).map(([k, v]) => [v, k]));
/** Token of what global-scoped types have no mesh for. */
const NO_MESH = '-';
/**
 * What `encodeToken` makes of nothing. A nats-server that is to put a prefix before the subject of what it gathers leaves a subject with such
 * a token as it is: who says that its message has it, names the prefix itself.
 */
const NO_TOKEN: ReadonlySet<string> = new Set(['', '*', '>']);

/** Whether somebody who encodes his tokens can have written this. */
export function isEncoded(subject: string): boolean {
  return !subject.split('.').some((token) => NO_TOKEN.has(token));
}

/** One token of a NATS subject; reversible, since names may hold dots. */
export function encodeToken(text: string): string {
  return text.replace(/[~.*> ]/g, (character) => ENCODE[character] ?? character);
}

/** What `encodeToken` made a token of; a pair that it never makes stays as it is. */
export function decodeToken(token: string): string {
  return token.replace(/~./g, (pair) => DECODE[pair] ?? pair);
}

/** `<mesh>.<type>.<name>` below a prefix. */
export function subjectOf(prefix: string, { mesh, type, name }: ResourceKey): string {
  return `${prefix}.${mesh ? encodeToken(mesh) : NO_MESH}.${encodeToken(type)}.${encodeToken(name)}`;
}

/** @returns undefined for a subject that names no resource below the prefix. */
export function keyOfSubject(prefix: string, subject: string): ResourceKey | undefined {
  const tokens = subject.startsWith(`${prefix}.`) ? subject.slice(prefix.length + 1).split('.') : [];
  const [mesh = '', type = '', name = ''] = tokens;
  if (tokens.length !== 3 || !isEncoded(subject)) return undefined;
  return { mesh: mesh === NO_MESH ? '' : decodeToken(mesh), type: decodeToken(type), name: decodeToken(name) };
}

/** What only global may hold, as in Kuma; a zone gets all else. */
const GLOBAL_ONLY =
  /^(admin-user-token|envoy-admin-ca|inter-cp-ca|user-token-revocations|user-token-signing-key.*|zone-token-signing-key.*|hub-(operator|system-account|account|ca)-.*)$/;

/** May zones see events of this resource? */
export function isVisibleToZones({ type, name }: ResourceKey): boolean {
  return type !== 'GlobalSecret' || !GLOBAL_ONLY.test(name);
}

/** Subject of a policy event. */
export function eventSubject(key: ResourceKey): string {
  return subjectOf(isVisibleToZones(key) ? EVENT_PREFIX : OWN_PREFIX, key);
}

/** `cp.zone.<zone>.up.<mesh>.<type>.<name>`, as the hub stores what zones send. */
export function zoneOfSubject(subject: string): { readonly zone: string; readonly key: ResourceKey } | undefined {
  const [cp, zoneWord, zone = '', ...rest] = subject.split('.');
  if (`${cp}.${zoneWord}` !== ZONE_PREFIX || !isEncoded(subject)) return undefined;
  const key = keyOfSubject(UP_PREFIX, rest.join('.'));
  return key && { zone: decodeToken(zone), key };
}
