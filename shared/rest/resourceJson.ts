import type { ResourceDescriptor } from '../resource/descriptor.ts';
import { kriOf } from '../resource/kri.ts';
import type { Resource } from '../resource/resource.ts';

export type JsonFields = Record<string, unknown>;

/**
 * Type, name, times, labels, KRI: what every resource's JSON begins with, in Kuma's order
 * (`pkg/core/resources/model/rest/v1alpha1/meta.go`).
 */
export function resourceMeta(descriptor: ResourceDescriptor, resource: Resource, type = descriptor.type): JsonFields {
  const { mesh, name, creationTime, modificationTime, labels } = resource;
  const kri = kriOf(descriptor, resource);
  return {
    type,
    ...(descriptor.scope === 'Mesh' && { mesh }),
    name,
    creationTime,
    modificationTime,
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(kri !== undefined && { kri }),
  };
}

/** A resource as REST shows it. */
export function resourceJson(descriptor: ResourceDescriptor, resource: Resource): JsonFields {
  const meta = resourceMeta(descriptor, resource);
  if (descriptor.style === 'flat') return { ...meta, ...flatSpec(descriptor, resource) };
  return { ...meta, spec: resource.spec, ...(descriptor.hasStatus && { status: resource.status ?? {} }) };
}

/** Fields of a flat type. What seals a secret is the store's own affair and not shown. */
export function flatSpec(descriptor: ResourceDescriptor, { spec }: Resource): JsonFields {
  const fields = (spec ?? {}) as JsonFields;
  if (descriptor.readOnly) return counted(fields) as JsonFields;
  if (!descriptor.adminOnly) return fields;
  const { sealed: _, ...rest } = fields;
  return rest;
}

const COUNTERS = new Set(['responsesSent', 'responsesAcknowledged', 'responsesRejected', 'generation']);

/** Counters of insights are 64 bit: protobuf writes them as texts, and leaves zeros out. */
function counted(value: unknown, field = ''): unknown {
  if (typeof value === 'number' && COUNTERS.has(field)) return String(value);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => counted(item));
  const fields = Object.entries(value).filter(([name, one]) => !(COUNTERS.has(name) && (one === 0 || one === '0')));
  return Object.fromEntries(fields.map(([name, one]) => [name, counted(one, name)]));
}
