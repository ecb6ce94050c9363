import type { ResourceDescriptor } from './descriptor.ts';
import { displayName } from './hashedName.ts';

/** The parts of `kri_<short>_<mesh>_<zone>_<namespace>_<name>_<section>`, Kuma's name of a resource (`pkg/core/kri/kri.go`). */
interface Kri {
  readonly shortName: string;
  readonly mesh: string;
  readonly zone: string;
  readonly namespace: string;
  /** The display name: the same at home and in every copy. */
  readonly name: string;
  /** Port or listener; empty for a whole resource. */
  readonly section: string;
}

interface Identified {
  readonly mesh: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** @returns `undefined` for types without a short name: they have no KRI. */
export function kriOf(
  descriptor: Pick<ResourceDescriptor, 'shortName'>,
  resource: Identified,
  section = '',
): string | undefined {
  if (!descriptor.shortName) return undefined;
  const { mesh, labels } = resource;
  const zone = labels['kuma.io/zone'] ?? '';
  const namespace = labels['k8s.kuma.io/namespace'] ?? '';
  return ['kri', descriptor.shortName, mesh, zone, namespace, displayName(resource), section].join('_');
}

/** Surplus parts belong to the section, as in Kuma. @returns `undefined` when the text is not a KRI. */
export function parseKri(text: string): Kri | undefined {
  const [prefix, shortName = '', mesh = '', zone = '', namespace = '', name = '', ...section] = text.split('_');
  if (prefix !== 'kri' || !shortName || section.length === 0) return undefined;
  return { shortName, mesh, zone, namespace, name, section: section.join('') };
}
