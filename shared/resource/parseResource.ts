import type { z } from 'zod';
import type { ResourceDescriptor } from './descriptor.ts';
import { goKind } from './goJson.ts';
import { goTimeFault } from './goTime.ts';
import { isObject } from './json.ts';
import { malformed, unread } from './malformed.ts';
import { oftenUsed } from './oftenUsed.ts';
import type { Resource } from './resource.ts';
import { jsonType, kumaMessage, violationsOf } from './violationsOf.ts';
import type { Violation } from './violation.ts';

/** A body of Kuma's API as a resource, or why it is none. */
export type Parsed =
  | { readonly ok: true; readonly resource: Resource }
  /** Not this type's JSON at all: answered `Bad Request`, with the violations as far as there are any. */
  | { readonly ok: false; readonly malformed: string; readonly violations: readonly Violation[] }
  | { readonly ok: false; readonly malformed?: undefined; readonly violations: readonly Violation[] };

const TIMES = ['creationTime', 'modificationTime'];
/** Fields of a body that are not the spec of a flat type. Times, KRI, SNIs and status are the control plane's own. */
const META = new Set(['type', 'mesh', 'name', 'labels', ...TIMES, 'kri', 'snis', 'status']);

/**
 * Parses a body in the form that REST shows, and checks it with the type's schema and rules. Labels come as written.
 * @param at RFC 3339, the time of the write: both times of the result.
 */
export function parseResource(descriptor: ResourceDescriptor, body: unknown, at: string): Parsed {
  // Go reads it into nothing and goes on with an empty document.
  if (body === null) return parseResource(descriptor, {}, at);
  if (!isObject(body))
    return bad(`json: cannot unmarshal ${goKind(body)} into Go value of type ${GO_VALUE[descriptor.style]}`);
  const { style, schema } = descriptor;
  const faults = style === 'spec' ? specFaults(descriptor, body) : [];
  const envelope = style === 'spec' ? envelopeOf(body, { mesh: 'default', spec: body.spec }) : flatEnvelope(body);
  if ('ok' in envelope) return envelope;

  // Most are good; only for the others is it said what is wrong.
  const good = oftenUsed(schema).safeParse(envelope.spec);
  const result = good.success
    ? good
    : schema.safeParse(envelope.spec, { error: kumaMessage as z.core.$ZodErrorMap, reportInput: true });
  if (faults.length > 0) return { ok: false, violations: [...faults, ...schemaFaults(body.spec, result.error)] };
  if (!result.success) {
    const { issues } = result.error;
    const message = malformed(issues, style);
    const seen = message === undefined ? issues.filter((issue) => !unread(issue)) : issues;
    const violations = violationsOf(seen, style === 'spec' ? ['spec'] : []);
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

/** What Kuma reads a body into. */
const GO_VALUE = { spec: 'map[string]interface {}', flat: 'v1alpha1.ResourceMeta' };

/** New-style types have an OpenAPI schema, whose complaints about the envelope come with an empty field. */
function specFaults(descriptor: ResourceDescriptor, body: Record<string, unknown>): Violation[] {
  const reasons: string[] = [];
  const expect = (field: string, value: unknown, type: 'string' | 'object') => {
    if (value !== undefined && jsonType(value) !== type)
      reasons.push(`${field} in body must be of type ${type}: "${jsonType(value)}"`);
  };
  for (const field of ['type', 'name', 'spec']) {
    if (body[field] === undefined) reasons.push(`.${field} in body is required`);
  }
  if (body.type !== undefined && body.type !== descriptor.type)
    reasons.push(`type in body should be one of [${descriptor.type}]`);
  for (const field of ['name', 'mesh', ...TIMES]) expect(field, body[field], 'string');
  for (const field of TIMES) {
    const time = body[field];
    if (typeof time === 'string' && goTimeFault(time))
      reasons.push(`${field} in body must be of type date-time: ${JSON.stringify(time)}`);
  }
  for (const field of ['labels', 'spec']) expect(field, body[field], 'object');
  if (isObject(body.labels))
    for (const [label, value] of Object.entries(body.labels)) expect(`labels.${label}`, value, 'string');
  return reasons.map((reason) => ({ field: '', reason }));
}

/** The same schema's complaints about the spec; what only the validators of a type see comes after it is mended. */
function schemaFaults(spec: unknown, error: z.ZodError | undefined): Violation[] {
  if (!isObject(spec) || !error) return [];
  return violationsOf(
    error.issues.filter(({ code }) => code !== 'custom'),
    ['spec'],
  );
}

/** Flat types are read by Go's JSON parser, which tells the first field that does not fit, a time before others; `null` leaves a field as it is. */
function flatEnvelope(body: Record<string, unknown>): Envelope | Parsed {
  const misfit = (field: string, value: unknown, type: string) =>
    bad(`json: cannot unmarshal ${goKind(value)} into Go struct field ResourceMeta.${field} of type ${type}`);
  for (const time of TIMES.map((field) => body[field] ?? undefined)) {
    if (time === undefined) continue;
    if (typeof time !== 'string') return bad('Time.UnmarshalJSON: input is not a JSON string');
    const fault = goTimeFault(time);
    if (fault !== undefined) return bad(fault);
  }
  for (const field of ['type', 'mesh', 'name'])
    if (typeof (body[field] ?? '') !== 'string') return misfit(field, body[field], 'string');
  const labels = body.labels ?? {};
  if (!isObject(labels)) return misfit('labels', labels, 'map[string]string');
  for (const value of Object.values(labels))
    if (typeof (value ?? '') !== 'string') return misfit('labels', value, 'string');
  return envelopeOf(body, {
    mesh: '',
    spec: Object.fromEntries(Object.entries(body).filter(([field]) => !META.has(field))),
  });
}

function envelopeOf(body: Record<string, unknown>, { mesh, spec }: Pick<Envelope, 'mesh' | 'spec'>): Envelope {
  return {
    type: textOf(body.type),
    mesh: textOf(body.mesh ?? mesh),
    name: textOf(body.name),
    labels: Object.fromEntries(Object.entries(body.labels ?? {}).map(([label, value]) => [label, textOf(value)])),
    spec,
  };
}

/** What is no text was refused, or is `null`. An object could not even be made one, where it has a `toString` of its own. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function bad(message: string): Parsed {
  return { ok: false, malformed: message, violations: [] };
}
