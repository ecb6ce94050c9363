import type { Exchange } from './exchange.ts';
import { mismatches } from './mismatches.ts';

/** An answer as it came. */
export interface Answered {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** How an answer differs from what was recorded; empty when it does not. */
export function exchangeMismatches(expected: Exchange, { status, headers, body }: Answered): string[] {
  const json = parsed(body);
  const found: string[] = status === expected.status ? [] : [`status: is ${status}, not ${expected.status}`];
  if (expected.answer !== undefined) found.push(...mismatches(expected.answer, json, true));
  if (expected.contains !== undefined) found.push(...mismatches(expected.contains, json, false));
  if (expected.answerText !== undefined) found.push(...mismatches(expected.answerText, body, true));
  if (expected.answerHeaders !== undefined) found.push(...mismatches(expected.answerHeaders, headers, false, 'header'));
  if (expected.violations !== undefined)
    found.push(...mismatches(expected.violations, violationsOf(json), true, 'violations'));
  return found.length > 0 ? [...found, `answered ${body.slice(0, 500)}`] : [];
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function violationsOf(json: unknown): string[] {
  const list = (json as { invalid_parameters?: { field: string; reason: string }[] } | undefined)?.invalid_parameters;
  return (list ?? []).map(({ field, reason }) => `${field}: ${reason}`);
}
