import type { z } from 'zod';
import type { ResourceDescriptor } from './descriptor.ts';
import { cannotUnmarshal, cannotUnmarshalNumber } from './goJson.ts';

/**
 * Kuma answers some wrong bodies with `Bad Request` and the parser's message instead of violations: a wrong JSON type in a
 * flat type, which is a protobuf message, and texts that do not parse as duration or base64. A schema
 * marks the latter with `params: { malformed: true }` on its issue. A spec is read only when its OpenAPI schema is content.
 * @returns the parser's message; `undefined` when the issues are plain violations.
 */
export function malformed(issues: readonly z.core.$ZodIssue[], style: ResourceDescriptor['style']): string | undefined {
  if (style === 'spec') return issues.every(({ code }) => code === 'custom') ? issues.find(unread)?.message : undefined;
  for (const issue of issues) {
    if (unread(issue)) return issue.message;
    if (issue.code !== 'custom' && !isRange(issue)) return goMessage(issue);
  }
  return undefined;
}

/** What the reader, not the schema, complains about. */
export function unread(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'custom' && (issue.params?.malformed === true || issue.message.startsWith('time: '));
}

function isRange(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'too_small' && issue.origin !== 'number' && issue.origin !== 'int';
}

/** What the parser of Go's protobuf says of a value that does not fit (golang/protobuf, jsonpb). A schema that has words of its own has those. */
function goMessage(issue: z.core.$ZodIssue): string {
  const { message, input } = issue;
  if (!message.startsWith('in body')) return message;
  if (issue.code === 'too_small' || issue.code === 'too_big') return cannotUnmarshalNumber(input, 'uint32');
  if (issue.code !== 'invalid_type') return message;
  switch (issue.expected) {
    case 'string':
      return cannotUnmarshal(input, 'string');
    case 'boolean':
      return cannotUnmarshal(input, 'bool');
    case 'array':
      return cannotUnmarshal(input, '[]json.RawMessage');
    case 'object':
    case 'record':
      return cannotUnmarshal(input, 'map[string]json.RawMessage');
    default:
      return cannotUnmarshalNumber(input, 'uint32');
  }
}
