import type { z } from 'zod';
import type { Violation } from './violation.ts';

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;

/** Fields that hold maps: their keys are user data and stand in brackets, `tags["version"]`. */
const MAPS = new Set(['tags', 'labels', 'matchLabels', 'dependencies']);

/** A path in Kuma's grammar: `.` between fields, `[i]` for lists, `["key"]` for keys of maps. */
export function fieldPath(path: readonly PropertyKey[]): string {
  let text = '';
  path.forEach((step, i) => {
    const key = String(step);
    const previous = path[i - 1];
    if (typeof step === 'number') text += `[${step}]`;
    else if ((typeof previous === 'string' && MAPS.has(previous)) || !/^[A-Za-z_]\w*$/.test(key))
      text += `[${JSON.stringify(key)}]`;
    else text += text ? `.${key}` : key;
  });
  return text;
}

/**
 * What zod says where a schema has no words of its own, worded as Kuma's OpenAPI validator does. Pass it
 * as `error` when parsing; a schema's own messages come first.
 */
export function kumaMessage(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'in body is required';
      return `in body must be of type ${openApiType(issue.expected)}: "${jsonType(issue.input)}"`;
    case 'invalid_value':
      return issue.input === undefined ? 'in body is required' : `in body should be one of [${issue.values.join(' ')}]`;
    case 'invalid_union':
      if (issue.input === undefined) return 'in body is required';
      return issue.options ? `in body should be one of [${(issue.options as unknown[]).join(' ')}]` : undefined;
    case 'too_small':
      return smaller(String(issue.origin), issue.minimum, issue.inclusive ?? true);
    case 'too_big':
      return bigger(String(issue.origin), issue.maximum, issue.inclusive ?? true);
    case 'invalid_format':
      return issue.pattern
        ? `in body should match '${issue.pattern.replace(/^\/|\/[a-z]*$/g, '')}'`
        : `in body must be of type ${issue.format}`;
    default:
      return undefined;
  }
}

function smaller(origin: string, minimum: number | bigint, inclusive: boolean): string {
  if (origin === 'array') return `in body should have at least ${minimum} items`;
  if (origin === 'string') return `in body should be at least ${minimum} chars long`;
  return `in body should be greater than ${inclusive ? 'or equal to ' : ''}${minimum}`;
}

function bigger(origin: string, maximum: number | bigint, inclusive: boolean): string {
  if (origin === 'array') return `in body should have at most ${maximum} items`;
  if (origin === 'string') return `in body should be at most ${maximum} chars long`;
  return `in body should be less than ${inclusive ? 'or equal to ' : ''}${maximum}`;
}

/** Issues of a schema as violations. @param root path of what was parsed: `['spec']`, or `[]` for flat types. */
export function violationsOf(issues: readonly Issue[], root: readonly PropertyKey[] = []): Violation[] {
  return issues.flatMap((issue) => {
    const path = [...root, ...issue.path];
    const nested = issue.code === 'invalid_union' ? closestBranch(issue.errors) : undefined;
    if (nested) return violationsOf(nested, path);
    return [{ field: fieldPath(path), reason: issue.message }];
  });
}

/** Of a union's branches the one that failed deepest is what was meant. */
function closestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const depth = (issues: readonly Issue[]) => Math.max(...issues.map((issue) => issue.path.length));
  const deepest = [...branches].sort((a, b) => depth(b) - depth(a))[0];
  return deepest && depth(deepest) > 0 ? deepest : undefined;
}

function openApiType(expected: string): string {
  return ({ int: 'integer', record: 'object', bool: 'boolean' } as Record<string, string>)[expected] ?? expected;
}

/** What OpenAPI calls the type of a JSON value. */
export function jsonType(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
