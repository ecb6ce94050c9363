import type { AnyDescriptor } from './descriptor.ts';

/** All resource types of this build. Handed to whatever needs it; there is no global list. */
export interface Registry {
  /** Sorted by type name in byte order, as `GET /_resources` lists them. */
  readonly all: readonly AnyDescriptor[];
  byType(type: string): AnyDescriptor | undefined;
  /** By REST collection or one of its aliases. */
  byPath(path: string): AnyDescriptor | undefined;
  byShortName(shortName: string): AnyDescriptor | undefined;
}

/** @throws Error when two descriptors claim one type, path or short name. */
export function createRegistry(descriptors: readonly AnyDescriptor[]): Registry {
  const types = new Map<string, AnyDescriptor>();
  const paths = new Map<string, AnyDescriptor>();
  const shortNames = new Map<string, AnyDescriptor>();
  const claim = (map: Map<string, AnyDescriptor>, name: string, d: AnyDescriptor) => {
    const other = map.get(name);
    if (other) throw new Error(`"${name}" is claimed by ${other.type} and by ${d.type}`);
    map.set(name, d);
  };
  for (const d of descriptors) {
    claim(types, d.type, d);
    for (const path of [d.path, ...(d.pathAliases ?? [])]) claim(paths, path, d);
    if (d.shortName) claim(shortNames, d.shortName, d);
  }
  const all = [...descriptors].sort((a, b) => (a.type < b.type ? -1 : 1));
  return {
    all,
    byType: (type) => types.get(type),
    byPath: (path) => paths.get(path),
    byShortName: (shortName) => shortNames.get(shortName),
  };
}
