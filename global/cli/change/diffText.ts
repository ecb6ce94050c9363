import { z } from 'zod';
import { render } from '../output.ts';
import type { Paint } from '../terminal.ts';
import { describe } from './change.ts';
import { remarks } from './remarks.ts';

const difference = z.looseObject({
  op: z.enum(['add', 'replace', 'remove']),
  /** JSON pointer, RFC 6901. */
  path: z.string(),
  value: z.unknown().optional(),
  was: z.unknown().optional(),
});

type Difference = z.infer<typeof difference>;

/** What a dry run says of one resource. */
export const triedResource = z.looseObject({
  type: z.string(),
  mesh: z.string().optional(),
  name: z.string(),
  status: z.string(),
  /** Of what is there now. */
  etag: z.string().optional(),
  diff: z.array(difference),
  ...remarks,
});

type TriedResource = z.infer<typeof triedResource>;

const COLOURS = { add: 'green', replace: 'yellow', remove: 'red' } as const;

/** What would become of a resource, field by field. */
export function diffText(tried: TriedResource, paint: Paint): string {
  const along = tried.type === 'Mesh' && tried.status === 'deleted' ? ', with all that is in it' : '';
  const head = `${describe(tried)}: ${tried.status}${along}`;
  return [head, ...differencesText(tried.diff, paint)].join('\n');
}

/** A few lines for each field. */
export function differencesText(differences: readonly Difference[], paint: Paint): readonly string[] {
  return differences.map((one) => paint(COLOURS[one.op], lineOf(one)));
}

function lineOf({ op, path, value, was }: Difference): string {
  const field = fieldOf(path);
  if (op === 'replace' && !isNested(value) && !isNested(was)) return `  ~ ${field}: ${flat(was)} → ${flat(value)}`;
  const lines = [...(op === 'add' ? [] : block('-', field, was)), ...(op === 'remove' ? [] : block('+', field, value))];
  return lines.join('\n');
}

function block(sign: string, field: string, value: unknown): string[] {
  if (value === undefined) return [`  ${sign} ${field}`];
  if (!isNested(value)) return [`  ${sign} ${field}: ${flat(value)}`];
  return [
    `  ${sign} ${field}:`,
    ...render(value, 'yaml')
      .split('\n')
      .map((line) => `  ${sign}   ${line}`),
  ];
}

/** `/spec/to/0/default` as errors write it: `spec.to[0].default`. */
function fieldOf(pointer: string): string {
  const steps = pointer.split('/').slice(1);
  return steps
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step, i) => {
      if (step === '-') return '[]';
      if (/^\d+$/.test(step)) return `[${step}]`;
      if (/[./[\]"]/.test(step)) return `["${step}"]`;
      return i === 0 ? step : `.${step}`;
    })
    .join('');
}

const isNested = (value: unknown) => typeof value === 'object' && value !== null && Object.keys(value).length > 0;

function flat(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
