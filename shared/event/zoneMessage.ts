import type { z } from 'zod';
import type { ResourceDescriptor } from '../resource/descriptor.ts';
import { nameViolations, roomViolations } from '../resource/name.ts';
import type { Registry } from '../resource/registry.ts';
import type { Resource, ResourceKey } from '../resource/resource.ts';
import { resourceSchema } from './message.ts';
import { oftenUsed } from '../resource/oftenUsed.ts';

/** Does what a zone writes of this type stay in the zone? Secrets do, as in Kuma; all else goes up to global. */
export function staysInZone({ writable, replication, internal }: ResourceDescriptor): boolean {
  return writable.zone && !replication.zoneToGlobal && !internal;
}

/** What a zone writes of a resource: all but the status, which every control plane finds out for itself. */
export function zoneMessageBody({ status: _, ...written }: Resource): string {
  return JSON.stringify(written);
}

/** A message of a zone's log. */
interface ZoneMessage {
  /** As the subject says, which NATS lets only this zone write. */
  readonly zone: string;
  readonly key: ResourceKey;
  /** JSON of the resource; empty for a deletion. */
  readonly body: string;
  /** Opens secrets, for what is from the part of the zone's own log that stays in the zone; absent: it is from the other part. */
  readonly open?: (resource: Resource) => Resource;
}

/**
 * What a zone says, checked before it gets into a view: the zone may run another version, or have gone bad. It must be of a type that zones
 * write, be what the subject says, and have the form of its type, so that nothing which reads the view stumbles over it.
 * @returns `null`: deleted. @throws Error why the message is to be set aside, in one line
 */
export function fromZoneMessage(registry: Registry, { zone, key, body, open }: ZoneMessage): Resource | null {
  if (body === '') return null;
  const descriptor = registry.byType(key.type);
  if (!descriptor) throw new Error(`this version does not know the type ${key.type}; upgrade it`);
  if (!(open ? staysInZone(descriptor) : isSentByZones(descriptor))) throw new Error(`zones write no ${key.type}`);
  const written = checked(resourceSchema, json(body), 'it is no resource') as Resource;
  const resource = open ? open(written) : written;
  if (resource.type !== key.type || resource.mesh !== key.mesh || resource.name !== key.name)
    throw new Error(`its subject is that of another resource than ${resource.mesh}/${resource.type}/${resource.name}`);
  const spec = checked<unknown>(descriptor.schema, resource.spec, `it is no ${key.type}`);
  const says = (spec as { zone?: unknown } | null)?.zone;
  if (says !== undefined && says !== '' && says !== zone)
    throw new Error(`zone ${zone} writes for zone ${String(says)}`);
  const taken = { ...resource, spec } as Resource;
  const [wrong] = [
    ...roomViolations(key, { mode: 'zone', zone, environment: 'universal' }),
    ...nameViolations(key, descriptor.scope),
    ...(descriptor.validate?.(taken) ?? []),
  ];
  if (wrong) throw new Error(`it is no ${key.type}: ${wrong.field}: ${wrong.reason}`);
  return taken;
}

function isSentByZones({ replication, internal }: ResourceDescriptor): boolean {
  return replication.zoneToGlobal || internal === true;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('its body is not JSON');
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = oftenUsed(schema).safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(`${what}: ${issue?.path.join('.') || 'body'}: ${issue?.message}`);
}
