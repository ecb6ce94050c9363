import type { z } from 'zod';
import type { ResourceDescriptor } from './descriptor.ts';
import { malformed } from './malformed.ts';
import type { Resource } from './resource.ts';
import { kumaMessage, violationsOf } from './violationsOf.ts';
import type { Violation } from './violation.ts';

/** A body of Kuma's API as a resource, or why it is none. */
export type Parsed =
  | { readonly ok: true; readonly resource: Resource }
  /** Not this type's JSON at all: answered `Bad Request`, with the violations as far as there are any. */
  | { readonly ok: false; readonly malformed: string; readonly violations: readonly Violation[] }
  | { readonly ok: false; readonly malformed?: undefined; readonly violations: readonly Violation[] };

/** Fields of a body that are not the spec of a flat type. Times, KRI, SNIs and status are the control plane's own (kumactl-api §0.17). */
const META = new Set(['type', 'mesh', 'name', 'labels', 'creationTime', 'modificationTime', 'kri', 'snis', 'status']);

/**
 * Parses a body in the form that REST shows, and checks it with the type's schema and rules. Labels come as written.
 * @param at RFC 3339, the time of the write: both times of the result.
 */
export function parseResource(descriptor: ResourceDescriptor, body: unknown, at: string): Parsed {
  if (!isObject(body))
    return bad(
      `cannot unmarshal ${body === null ? 'null' : Array.isArray(body) ? 'array' : typeof body} into an object`,
    );
  const envelope = descriptor.style === 'spec' ? specEnvelope(descriptor, body) : flatEnvelope(body);
  if ('ok' in envelope) return envelope;

  const { style, schema } = descriptor;
  const result = schema.safeParse(envelope.spec, { error: kumaMessage as z.core.$ZodErrorMap, reportInput: true });
  if (!result.success) {
    const violations = violationsOf(result.error.issues, style === 'spec' ? ['spec'] : []);
    const message = malformed(result.error.issues, style);
    return message === undefined ? { ok: false, violations } : { ok: false, malformed: message, violations };
  }
  const resource: Resource = {
    type: envelope.type,
    mesh: descriptor.scope === 'Mesh' ? envelope.mesh : '',
    name: envelope.name,
    labels: envelope.labels,
    creationTime: at,
    modificationTime: at,
    spec: result.data,
  };
  const violations = descriptor.validate?.(resource) ?? [];
  return violations.length > 0 ? { ok: false, violations } : { ok: true, resource };
}

interface Envelope {
  readonly type: string;
  readonly mesh: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: unknown;
}

/** New-style types have an OpenAPI schema, whose complaints about the envelope come with an empty field (kumactl-api §9.4). */
function specEnvelope(descriptor: ResourceDescriptor, body: Record<string, unknown>): Envelope | Parsed {
  const violations: Violation[] = [];
  for (const field of ['type', 'name', 'spec']) {
    if (body[field] === undefined) violations.push({ field: '', reason: `.${field} in body is required` });
  }
  if (body.type !== undefined && body.type !== descriptor.type) {
    violations.push({ field: '', reason: `type in body should be one of [${descriptor.type}]` });
  }
  for (const field of ['name', 'mesh']) {
    if (body[field] !== undefined && typeof body[field] !== 'string') {
      violations.push({ field: '', reason: `${field} in body must be of type string: "${typeof body[field]}"` });
    }
  }
  if (violations.length > 0) return { ok: false, violations };
  return withLabels(body, { mesh: 'default', spec: body.spec });
}

function flatEnvelope(body: Record<string, unknown>): Envelope | Parsed {
  for (const field of ['type', 'name', 'mesh']) {
    if (body[field] !== undefined && typeof body[field] !== 'string')
      return bad(`cannot unmarshal ${typeof body[field]} into field ${field} of type string`);
  }
  return withLabels(body, {
    mesh: '',
    spec: Object.fromEntries(Object.entries(body).filter(([field]) => !META.has(field))),
  });
}

function withLabels(body: Record<string, unknown>, { mesh, spec }: { mesh: string; spec: unknown }): Envelope | Parsed {
  const labels = body.labels ?? {};
  if (!isObject(labels)) return bad('cannot unmarshal labels into a map of texts');
  const wrong = Object.entries(labels).find(([, value]) => typeof value !== 'string');
  if (wrong) return bad(`cannot unmarshal ${typeof wrong[1]} into label ${wrong[0]} of type string`);
  return {
    type: String(body.type ?? ''),
    mesh: typeof body.mesh === 'string' ? body.mesh : mesh,
    name: String(body.name ?? ''),
    labels: labels as Record<string, string>,
    spec,
  };
}

function bad(message: string): Parsed {
  return { ok: false, malformed: message, violations: [] };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
