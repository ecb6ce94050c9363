import type { Json, JsonObject } from '../../resource/json.ts';
import type { JsonPatch } from './schema.ts';

/**
 * Applies RFC 6902 operations to an object in place, with Kuma's liberties: `add` makes the objects and lists on its way, `remove`
 * of what is not there does nothing, a negative index counts from a list's end. Members may also be written in snake_case,
 * as Envoy prints them. @throws Error naming the path that is not there
 */
export function applyJsonPatches(target: JsonObject, patches: readonly JsonPatch[]): void {
  for (const { op, path, from = '', value } of patches) {
    if (op === 'add') add(target, path, structuredClone(value) as Json);
    else if (op === 'remove') remove(target, path);
    else if (op === 'replace') replace(target, path, structuredClone(value) as Json);
    else if (op === 'copy') add(target, path, structuredClone(existing(read(target, from), from)));
    else {
      const moved = existing(read(target, from), from);
      remove(target, from);
      add(target, path, moved);
    }
  }
}

type Container = Json[] | JsonObject;

interface Place {
  readonly parent: Container;
  readonly last: string;
}

function add(target: JsonObject, path: string, value: Json): void {
  const place = placeOf(target, path, true);
  if (!place) throw missing(path);
  const { parent, last } = place;
  if (!Array.isArray(parent)) {
    parent[nameIn(parent, last)] = value;
    return;
  }
  const index = last === '-' ? parent.length : indexIn(last, parent.length + 1);
  if (index === undefined || index > parent.length) throw missing(path);
  parent.splice(index, 0, value);
}

function remove(target: JsonObject, path: string): void {
  const place = placeOf(target, path);
  if (!place || member(place.parent, place.last) === undefined) return;
  const { parent, last } = place;
  if (Array.isArray(parent)) parent.splice(indexIn(last, parent.length) as number, 1);
  else delete parent[nameIn(parent, last)];
}

function replace(target: JsonObject, path: string, value: Json): void {
  const { parent, last } = existing(placeOf(target, path), path);
  existing(member(parent, last), path);
  if (Array.isArray(parent)) parent[indexIn(last, parent.length) as number] = value;
  else parent[nameIn(parent, last)] = value;
}

function read(target: JsonObject, path: string): Json | undefined {
  const place = placeOf(target, path);
  return place && member(place.parent, place.last);
}

/** Where a path leads. @param making what is missing on the way: a list where a number or `-` comes next. */
function placeOf(target: JsonObject, path: string, making = false): Place | undefined {
  const tokens = tokensOf(path);
  const last = tokens.pop();
  // assigning to this name would not make a member, but change what the object inherits
  if (last === undefined || last === '__proto__' || tokens.includes('__proto__')) throw missing(path);
  let parent: Container = target;
  for (const [i, token] of tokens.entries()) {
    const known = member(parent, token);
    if (known === undefined && making && !Array.isArray(parent)) {
      const made: Container = /^(-|\d+)$/.test(tokens[i + 1] ?? last) ? [] : {};
      parent[nameIn(parent, token)] = made;
      parent = made;
    } else if (known !== null && typeof known === 'object') parent = known;
    else return undefined;
  }
  return { parent, last };
}

/** RFC 6901: `~1` is a slash, `~0` a tilde. */
function tokensOf(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Never one that is inherited: a path through `constructor` would reach every object of the process. */
function member(parent: Container, token: string): Json | undefined {
  if (!Array.isArray(parent)) {
    const name = nameIn(parent, token);
    return Object.hasOwn(parent, name) ? parent[name] : undefined;
  }
  const index = indexIn(token, parent.length);
  return index === undefined ? undefined : parent[index];
}

function indexIn(token: string, length: number): number | undefined {
  if (!/^(0|-?[1-9]\d*)$/.test(token)) return undefined;
  const index = Number(token);
  return index < 0 ? (index + length < 0 ? undefined : index + length) : index;
}

/** The member as it is written in the object: its own name, else in camelCase if that is there. */
function nameIn(object: JsonObject, token: string): string {
  if (Object.hasOwn(object, token)) return token;
  const camel = token.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return Object.hasOwn(object, camel) ? camel : token;
}

function existing<T>(value: T | undefined, path: string): T {
  if (value === undefined) throw missing(path);
  return value;
}

function missing(path: string): Error {
  return new Error(`JSON patch: there is no "${path}" in the resource`);
}
