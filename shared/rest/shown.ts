import type { ResourceDescriptor } from '../resource/descriptor.ts';
import { DISPLAY_NAME_LABEL, hashedName, hashedNameStem } from '../resource/hashedName.ts';
import { ORIGIN_LABEL, sorted, ZONE_LABEL } from '../resource/labels.ts';
import { GLOBAL, type Resource } from '../resource/resource.ts';
import { isOwn, type Role } from '../resource/role.ts';
import { compareTexts } from '../text/compareTexts.ts';
import type { ResourceReader, Stored } from './ports.ts';

/** A stored resource, and how this control plane shows it: under Kuma's hashed name when another one wrote it. */
export interface Shown {
  readonly stored: Stored;
  readonly resource: Resource;
}

/** Finds and lists resources by the names that clients see: the hashed ones of Kuma's `pkg/kds/hash` for what came from elsewhere. */
export interface ShownResources {
  get(descriptor: ResourceDescriptor, mesh: string, name: string): Promise<Shown | undefined>;
  /** Sorted by mesh, then name, as Kuma lists. */
  list(descriptor: ResourceDescriptor, mesh?: string): Promise<Shown[]>;
  show(descriptor: ResourceDescriptor, stored: Stored): Shown;
}

export function shownResources(reader: ResourceReader, role: Role): ShownResources {
  // A resource never changes, so how it is shown is worked out once: hashing is what a long list would spend its time on.
  const known = new WeakMap<Resource, Shown>();

  const show = (descriptor: ResourceDescriptor, stored: Stored): Shown => {
    const before = known.get(stored.resource);
    if (before && before.stored.version === stored.version) return before;
    const shown = { stored, resource: shownResource(descriptor, stored, role) };
    known.set(stored.resource, shown);
    return shown;
  };

  const list: ShownResources['list'] = async (descriptor, mesh) => {
    const all = (await reader.list(descriptor.type, mesh)).map((stored) => show(descriptor, stored));
    return all.sort(
      (a, b) => compareTexts(a.resource.mesh, b.resource.mesh) || compareTexts(a.resource.name, b.resource.name),
    );
  };

  return {
    show,
    list,
    get: async (descriptor, mesh, name) => {
      const named = (candidates: readonly Stored[]) =>
        candidates.map((stored) => show(descriptor, stored)).find(({ resource }) => resource.name === name);
      const { type } = descriptor;
      const own = named(await reader.get({ type, mesh, name }));
      const stem = hashedNameStem(name);
      if (own || stem === undefined) return own;
      // The stem is the name at home, except when that was cut, or a display name stood for it.
      return named(await reader.get({ type, mesh, name: stem })) ?? named(await reader.list(type, mesh));
    },
  };
}

function shownResource(descriptor: ResourceDescriptor, { resource, origin }: Stored, role: Role): Resource {
  if (isOwn(origin, role)) return resource;
  const labels: Record<string, string> = { ...resource.labels };
  labels[ORIGIN_LABEL] = role.mode === 'global' ? 'zone' : 'global';
  if (origin !== GLOBAL) labels[ZONE_LABEL] = origin;
  const spec =
    isZoneProxy(descriptor) && origin !== GLOBAL ? { ...(resource.spec as object), zone: origin } : resource.spec;
  if (descriptor.replication.keepsName) return { ...resource, labels: sorted(labels), spec };
  const name = hashedName({ ...resource, labels });
  labels[DISPLAY_NAME_LABEL] ??= resource.name;
  return { ...resource, name, labels: sorted(labels), spec };
}

/** At home it has no `zone`; elsewhere the writer of its log says whose it is, whatever it says itself. */
function isZoneProxy({ type }: ResourceDescriptor): boolean {
  return type === 'ZoneIngress' || type === 'ZoneEgress';
}
