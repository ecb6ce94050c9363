import type { z } from 'zod';
import type { ResourceDescriptor } from '../resource/descriptor.ts';
import { nameViolations } from '../resource/name.ts';
import type { Registry } from '../resource/registry.ts';
import type { Resource, ResourceKey } from '../resource/resource.ts';
import { resourceSchema } from './message.ts';

/** A message of a zone's log. */
export interface ZoneMessage {
  /** As the subject says, which NATS lets only this zone write. */
  readonly zone: string;
  readonly key: ResourceKey;
  /** JSON of the resource; empty for a deletion. */
  readonly body: string;
}

/**
 * What a zone says, checked before it gets into a view: the zone may run another version, or have gone bad. It must be of a type that zones
 * write, be what the subject says, and have the form of its type, so that nothing which reads the view stumbles over it.
 * @returns `null`: deleted. @throws Error why the message is to be set aside, in one line
 */
export function fromZoneMessage(registry: Registry, { zone, key, body }: ZoneMessage): Resource | null {
  if (body === '') return null;
  const descriptor = registry.byType(key.type);
  if (!descriptor || !isWrittenByZones(descriptor)) throw new Error(`zones write no ${key.type}`);
  const resource = checked(resourceSchema, json(body), 'it is no resource');
  if (resource.type !== key.type || resource.mesh !== key.mesh || resource.name !== key.name)
    throw new Error(`its subject is that of another resource than ${resource.mesh}/${resource.type}/${resource.name}`);
  const spec = checked<unknown>(descriptor.schema, resource.spec, `it is no ${key.type}`);
  const says = (spec as { zone?: unknown } | null)?.zone;
  if (says !== undefined && says !== '' && says !== zone)
    throw new Error(`zone ${zone} writes for zone ${String(says)}`);
  const taken = { ...resource, spec } as Resource;
  const [wrong] = [
    ...nameViolations(key, descriptor.scope, { mode: 'zone', zone, environment: 'universal' }),
    ...(descriptor.validate?.(taken) ?? []),
  ];
  if (wrong) throw new Error(`it is no ${key.type}: ${wrong.field}: ${wrong.reason}`);
  return taken;
}

function isWrittenByZones({ writable, replication, internal }: ResourceDescriptor): boolean {
  return writable.zone || replication.zoneToGlobal || internal === true;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('its body is not JSON');
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(`${what}: ${issue?.path.join('.') || 'body'}: ${issue?.message}`);
}
