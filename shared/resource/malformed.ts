import type { z } from 'zod';
import type { ResourceDescriptor } from './descriptor.ts';
import { fieldPath } from './violationsOf.ts';

/**
 * Kuma answers some wrong bodies with `Bad Request` and the parser's message instead of violations: a wrong JSON type in a
 * flat type, which is a protobuf message, and texts that do not parse as duration or base64 (kumactl-api §1.3). A schema
 * marks the latter with `params: { malformed: true }` on its issue.
 * @returns the parser's message; `undefined` when the issues are plain violations.
 */
export function malformed(issues: readonly z.core.$ZodIssue[], style: ResourceDescriptor['style']): string | undefined {
  for (const issue of issues) {
    if (issue.code === 'custom' && (issue.params?.malformed === true || issue.message.startsWith('time: ')))
      return issue.message;
    const field = fieldPath(issue.path);
    if (style === 'flat' && issue.code !== 'custom' && !isRange(issue))
      return field ? `${field} ${issue.message}` : issue.message;
  }
  return undefined;
}

function isRange(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'too_small' && issue.origin !== 'number' && issue.origin !== 'int';
}
