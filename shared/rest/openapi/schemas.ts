import type { ResourceDescriptor } from '../../resource/descriptor.ts';
import { type JsonSchema, jsonSchema } from './jsonSchema.ts';

const text: JsonSchema = { type: 'string' };
const time: JsonSchema = { type: 'string', format: 'date-time', readOnly: true };
const labels: JsonSchema = { type: 'object', additionalProperties: text };

/** Kuma's error object: `api/openapi/specs/common/error_schema.yaml`. */
export const ERROR: JsonSchema = {
  type: 'object',
  required: ['type', 'status', 'title', 'detail'],
  properties: {
    type: text,
    status: { type: 'integer' },
    title: text,
    detail: text,
    invalid_parameters: {
      type: 'array',
      items: { type: 'object', required: ['field', 'reason'], properties: { field: text, reason: text } },
    },
  },
};

/** A resource of that type as it is written and shown. */
export function resourceSchema(descriptor: ResourceDescriptor): JsonSchema {
  const { type, scope, style, shortName, schema, hasStatus } = descriptor;
  const spec = jsonSchema(schema) as { properties?: Record<string, JsonSchema>; required?: string[] };
  const own =
    style === 'spec' ? { spec, ...(hasStatus && { status: { type: 'object', readOnly: true } }) } : spec.properties;
  return {
    type: 'object',
    required: [
      'type',
      'name',
      ...(scope === 'Mesh' ? ['mesh'] : []),
      ...(style === 'spec' ? ['spec'] : (spec.required ?? [])),
    ],
    properties: {
      type: { const: type },
      ...(scope === 'Mesh' && { mesh: text }),
      name: text,
      creationTime: time,
      modificationTime: time,
      labels,
      ...(shortName && { kri: { ...text, readOnly: true } }),
      ...own,
    },
  };
}

/** A page of a list. */
export function pageSchema(item: JsonSchema): JsonSchema {
  return {
    type: 'object',
    required: ['total', 'items', 'next'],
    properties: {
      total: { type: 'integer' },
      items: { type: 'array', items: item },
      next: { type: ['string', 'null'], format: 'uri' },
    },
  };
}
