import type { Violation } from '../resource/violation.ts';

/** A number with a fraction, which may be written as text: Kuma's `intOrString`. */
export type Decimal = number | string;

/** What the library takes that Kuma reads them with (shopspring/decimal): neither blanks nor hex digits, nor `Infinity`. */
export function isDecimal(value: Decimal): boolean {
  return typeof value === 'number' || /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/i.test(value);
}

/** What is wrong with a percentage, in Kuma's words. */
export function percentageViolations(value: Decimal | undefined, field: string): Violation[] {
  if (value === undefined) return [];
  if (!isDecimal(value)) return [{ field, reason: 'string must be a valid number' }];
  return Number(value) < 0 || Number(value) > 100 ? [{ field, reason: 'must be in inclusive range [0.0, 100.0]' }] : [];
}
