import type { Json, JsonObject } from '../../resource/json.ts';
import type { JsonPatch } from './schema.ts';

/** Applies RFC 6902 operations to an object in place. Members may be written in snake_case, as Envoy prints them. @throws Error naming the path that is not there */
export function applyJsonPatches(target: JsonObject, patches: readonly JsonPatch[]): void {
  for (const { op, path, from = '', value } of patches) {
    if (op === 'add') add(target, path, value as Json);
    else if (op === 'remove') remove(target, path);
    else if (op === 'replace') {
      remove(target, path);
      add(target, path, value as Json);
    } else if (op === 'move') add(target, path, remove(target, from));
    else add(target, path, structuredClone(read(target, from)));
  }
}

/** RFC 6901: `~1` is a slash, `~0` a tilde. */
function tokensOf(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function parentOf(target: JsonObject, path: string): { readonly parent: Json[] | JsonObject; readonly last: string } {
  const tokens = tokensOf(path);
  const last = tokens.pop();
  if (last === undefined) throw new Error(`JSON patch: "${path}" names nothing in the resource`);
  let parent: Json = target;
  for (const token of tokens) parent = member(parent, token, path);
  if (parent === null || typeof parent !== 'object') throw missing(path);
  return { parent, last };
}

function member(parent: Json, token: string, path: string): Json {
  const value = Array.isArray(parent)
    ? parent[Number(token)]
    : parent !== null && typeof parent === 'object'
      ? own(parent, nameIn(parent, token))
      : undefined;
  if (value === undefined) throw missing(path);
  return value;
}

/** Never one that is inherited: a path through `__proto__` or `constructor` would change every object of the process. */
function own(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The member as it is written in the object: its own name, else in camelCase. */
function nameIn(object: JsonObject, token: string): string {
  if (Object.hasOwn(object, token) || !/^[a-z0-9]+(_[a-z0-9]+)+$/.test(token)) return token;
  return token.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

function read(target: JsonObject, path: string): Json {
  const { parent, last } = parentOf(target, path);
  return member(parent, last, path);
}

function add(target: JsonObject, path: string, value: Json): void {
  const { parent, last } = parentOf(target, path);
  if (last === '__proto__') throw missing(path);
  if (!Array.isArray(parent)) parent[nameIn(parent, last)] = value;
  else parent.splice(last === '-' ? parent.length : Number(last), 0, value);
}

function remove(target: JsonObject, path: string): Json {
  const { parent, last } = parentOf(target, path);
  const value = member(parent, last, path);
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete parent[nameIn(parent, last)];
  return value;
}

function missing(path: string): Error {
  return new Error(`JSON patch: there is no "${path}" in the resource`);
}
