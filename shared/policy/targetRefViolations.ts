import type { Violation } from '../resource/violation.ts';
import type { Kind, TargetRef } from './targetRef.ts';

export interface TargetRefOptions {
  readonly kinds: readonly Kind[];
  /** Has the policy a `from` or `rules`? Only then may a Dataplane be narrowed to one inbound. */
  readonly isInbound?: boolean;
  /** May a MeshGateway be narrowed to listeners by tags? */
  readonly gatewayTags?: boolean;
}

type Field = 'name' | 'namespace' | 'labels' | 'sectionName' | 'tags' | 'proxyTypes' | 'mesh';

/** Fields that must not stand beside a kind (the table of policies §2.1); `mesh` never. */
const FORBIDDEN: Readonly<Record<Kind, readonly Field[]>> = {
  Mesh: ['mesh', 'tags', 'labels', 'namespace', 'sectionName'],
  Dataplane: ['mesh', 'tags', 'proxyTypes'],
  MeshSubset: ['name', 'mesh', 'labels', 'namespace', 'sectionName'],
  MeshGateway: ['mesh', 'labels', 'namespace', 'sectionName', 'proxyTypes'],
  MeshService: ['mesh', 'tags', 'proxyTypes'],
  MeshExternalService: ['mesh', 'sectionName', 'tags', 'proxyTypes'],
  MeshMultiZoneService: ['mesh', 'tags', 'proxyTypes'],
  MeshServiceSubset: ['mesh', 'labels', 'namespace', 'sectionName', 'proxyTypes'],
  MeshHTTPRoute: ['mesh', 'sectionName', 'tags', 'proxyTypes'],
};

const NAME_REQUIRED: readonly Kind[] = ['MeshServiceSubset', 'MeshGateway'];
const NAME_OR_LABELS: readonly Kind[] = ['MeshService', 'MeshExternalService', 'MeshMultiZoneService', 'MeshHTTPRoute'];

/** What is wrong with a targetRef, in Kuma's words (policies §2.1). @param field its path, `spec.to[0].targetRef`. */
export function targetRefViolations(ref: TargetRef, field: string, options: TargetRefOptions): Violation[] {
  const { kind } = ref;
  if (!options.kinds.includes(kind)) return [{ field: `${field}.kind`, reason: `value '${kind}' is not supported` }];
  const violations: Violation[] = [];
  const add = (name: string, reason: string) => violations.push({ field: name ? `${field}.${name}` : field, reason });

  if (kind === 'Mesh' && ref.name) add('name', 'using name with kind Mesh is not yet supported');
  if (NAME_REQUIRED.includes(kind) && !ref.name) add('name', `must be set when kind is ${kind}`);
  if (NAME_OR_LABELS.includes(kind) && !ref.name && !isSet(ref.labels))
    add('', `name or labels must be set when kind is ${kind}`);
  if (!FORBIDDEN[kind].includes('labels') && isSet(ref.labels) && (ref.name || ref.namespace)) {
    const name = kind === 'MeshExternalService' ? 'name' : 'name and namespace';
    add('labels', `either labels or ${name} must be specified`);
  }
  if (ref.name && kind !== 'Mesh' && !/^[0-9a-z\-_.]*$/.test(ref.name))
    add('name', "invalid characters: must consist of lower case alphanumeric characters, '-', '.' and '_'.");
  for (const name of FORBIDDEN[kind]) if (isSet(ref[name])) add(name, `must not be set with kind ${kind}`);
  if (kind === 'MeshGateway' && !options.gatewayTags && isSet(ref.tags))
    add('tags', `must not be set with kind ${kind}`);
  if (kind === 'Dataplane' && ref.sectionName && !options.isInbound)
    add('sectionName', 'can only be used with inbound policies');
  if ((kind === 'Mesh' || kind === 'MeshSubset') && ref.proxyTypes?.length === 0)
    add('proxyTypes', 'must be undefined or have at least one element');
  return violations;
}

function isSet(value: unknown): boolean {
  if (value === undefined || value === '') return false;
  return typeof value !== 'object' || value === null || Object.keys(value).length > 0;
}
