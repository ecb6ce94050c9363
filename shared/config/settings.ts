import type { ZodType } from 'zod';
import { didYouMean } from '../text/editDistance.ts';

/** One setting: what it means, its default and how its text is read. */
interface Setting<T> {
  readonly schema: ZodType<T>;
  readonly default: T;
  readonly description: string;
  /** Environment variable, when it is not the prefix followed by the path. */
  readonly env?: string;
}

export type Settings = Readonly<Record<string, Setting<unknown>>>;

export type Values<S extends Settings> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never };

export function setting<T>(schema: ZodType<T>, defaultValue: T, description: string, env?: string): Setting<T> {
  return { schema, default: defaultValue, description, ...(env ? { env } : {}) };
}

/** `api.port` with prefix `MERIDIAN_GLOBAL` is `MERIDIAN_GLOBAL_API_PORT`. */
export function envName(prefix: string, path: string, own?: string): string {
  return (
    own ??
    `${prefix}_${path
      .replaceAll('.', '_')
      .replace(/([a-z])([A-Z])/g, '$1_$2')
      .toUpperCase()}`
  );
}

/** A wrong configuration; the message is the one line an operator needs. */
export class WrongSetting extends Error {
  override name = 'WrongSetting';
}

/**
 * Defaults, then the YAML file's values (nested maps, already parsed), then the environment.
 * @throws WrongSetting naming the setting, where the value came from, and what would be right.
 */
export function readSettings<S extends Settings>(
  settings: S,
  prefix: string,
  file: unknown,
  env: Readonly<Record<string, string | undefined>>,
): Values<S> {
  const flat = flatten(file);
  for (const path of flat.keys()) if (!(path in settings)) throw unknown(path, didYouMean(path, Object.keys(settings)));
  refuseUnknownVariables(settings, prefix, env);
  const values = Object.entries(settings).map(([path, one]) => {
    const name = envName(prefix, path, one.env);
    const fromEnv = env[name];
    if (fromEnv !== undefined) return [path, parse(one, fromEnv, name)];
    if (flat.has(path)) return [path, parse(one, flat.get(path), `${path} in the configuration file`)];
    return [path, one.default];
  });
  return Object.fromEntries(values) as Values<S>;
}

/** What Kubernetes sets in a pod for a service that is called as our prefix: `…_SERVICE_HOST`, `…_PORT=tcp://…`, `…_PORT_80_TCP_ADDR`. */
const OF_A_SERVICE = /_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/;
const URL_OF_A_SERVICE = /^(tcp|udp|sctp):\/\//;

/** A name that is mistyped would leave the default, and nobody would know. @throws WrongSetting */
function refuseUnknownVariables(
  settings: Settings,
  prefix: string,
  env: Readonly<Record<string, string | undefined>>,
): void {
  const known = new Map(
    Object.entries(settings).map(([path, one]) => [envName(prefix, path), envName(prefix, path, one.env)]),
  );
  const own = new Set(known.values());
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith(`${prefix}_`) || value === undefined || own.has(name)) continue;
    if (OF_A_SERVICE.test(name) || URL_OF_A_SERVICE.test(value)) continue;
    // What all of them begin with is no likeness.
    const rest = (full: string) => full.slice(prefix.length);
    const near = didYouMean(rest(name), [...known.keys()].map(rest)).map((one) => known.get(prefix + one) ?? '');
    throw unknown(name, near);
  }
}

function unknown(name: string, [near]: readonly string[]): WrongSetting {
  const hint = near === undefined ? 'docs/configuration.md has all there are.' : `Did you mean ${near}?`;
  return new WrongSetting(`${name}: there is no such setting. ${hint}`);
}

function parse(one: Setting<unknown>, value: unknown, where: string): unknown {
  const result = one.schema.safeParse(value);
  if (result.success) return result.data;
  const reason = result.error.issues[0]?.message ?? 'is wrong';
  throw new WrongSetting(`${where}: ${JSON.stringify(value)} is wrong: ${reason} (${one.description})`);
}

function flatten(value: unknown, path = ''): Map<string, unknown> {
  const flat = new Map<string, unknown>();
  const isMap = value !== null && typeof value === 'object' && !Array.isArray(value);
  if (!isMap && path) return flat.set(path, value);
  // An empty file says nothing.
  if (value === null || value === undefined) return flat;
  if (!isMap) throw new WrongSetting('the configuration file has to hold a map of settings, as "api: { port: 5681 }"');
  for (const [key, inner] of Object.entries(value)) {
    for (const [p, v] of flatten(inner, path ? `${path}.${key}` : key)) flat.set(p, v);
  }
  return flat;
}
