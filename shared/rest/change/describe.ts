import type { Description } from '../http.ts';
import type { JsonSchema } from '../openapi/jsonSchema.ts';

const text: JsonSchema = { type: 'string' };
const texts: JsonSchema = { type: 'array', items: text };
const unknownFields: JsonSchema = {
  type: 'array',
  items: { type: 'object', properties: { field: text, known: texts } },
};
const resource = { type: text, mesh: text, name: text, warnings: texts, unknownFields };

/** What `GET /openapi` says of `POST /changes`. */
export const CHANGE: Description = {
  parameters: [
    { name: 'dryRun', in: 'query', schema: { type: 'boolean', default: false } },
    { name: 'proxies', in: 'query', schema: { type: 'boolean', default: true } },
    { name: 'message', in: 'query', schema: text },
    { name: 'Idempotency-Key', in: 'header', schema: { ...text, maxLength: 128 } },
  ],
  request: {
    type: 'object',
    additionalProperties: false,
    properties: {
      documents: { type: 'array', items: { type: 'object', required: ['type', 'name'] } },
      deletions: {
        type: 'array',
        items: {
          type: 'object',
          required: ['type', 'name'],
          additionalProperties: false,
          properties: { type: text, mesh: text, name: text, ifMatch: text },
        },
      },
      ifMatch: { type: 'array', items: { type: ['string', 'null'] } },
      ifNoneMatch: { type: 'array', items: { enum: ['*', null] } },
    },
  },
  answer: {
    type: 'object',
    properties: {
      change: { ...text, format: 'uuid' },
      position: { type: 'integer' },
      resources: { type: 'array', items: { type: 'object', properties: { ...resource, status: text } } },
      dryRun: {
        type: 'object',
        properties: {
          resources: {
            type: 'array',
            items: {
              type: 'object',
              properties: { ...resource, status: text, etag: text, diff: { type: 'array', items: { type: 'object' } } },
            },
          },
          proxies: { type: 'object' },
        },
      },
    },
  },
};
