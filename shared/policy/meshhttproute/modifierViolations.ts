import { formatCommands } from '../../resource/formatString.ts';
import type { Violation } from '../../resource/violation.ts';
import { isHeaderText, NOT_HEADER_TEXT } from './headerText.ts';
import type { RouteFilter } from './schema.ts';

type Modifier = NonNullable<RouteFilter['requestHeaderModifier']>;
/** A header that a modifier names, and its path there. */
type Named = readonly [name: string, at: string];

/** What Envoy has room for in a header that it sets, in bytes. */
const LONGEST_VALUE = 16_384;

/**
 * What is wrong with the lists of a header modifier, in Kuma's words; and in our own, what Kuma lets pass and Envoy would refuse all
 * routes of a proxy for. @param field path of the modifier
 */
export function modifierViolations({ set, add, remove }: Modifier, field: string): Violation[] {
  if (!set && !add && !remove) return [{ field, reason: 'must have at least one defined: set, add, remove' }];
  const written = [...entriesOf(set, `${field}.set`), ...entriesOf(add, `${field}.add`)];
  const removed = entriesOf(remove, `${field}.remove`);
  const names: readonly Named[] = [...written, ...removed].map(([header, at]) =>
    typeof header === 'string' ? [header, at] : [header.name, at],
  );
  return [
    ...duplicateNames(names),
    ...written.flatMap(([{ name }, at]) => (isHost(name) ? [{ field: `${at}.name`, reason: NOT_THE_HOST }] : [])),
    ...removed.flatMap(([name, at]) => removalViolations(name, at)),
    ...written.flatMap(([{ value }, at]) => valueViolations(value, `${at}.value`)),
  ];
}

function entriesOf<T>(list: readonly T[] | undefined, field: string): (readonly [T, at: string])[] {
  return (list ?? []).map((one, i) => [one, `${field}[${i}]`]);
}

/** A header may be named once in all three lists; names are the same in either case (RFC 9110, section 5.1). */
function duplicateNames(names: readonly Named[]): Violation[] {
  const seen = new Set<string>();
  return names.flatMap(([name, at]) => {
    if (seen.has(name.toLowerCase())) return [{ field: `${at}.name`, reason: 'duplicate header name' }];
    seen.add(name.toLowerCase());
    return [];
  });
}

const NOT_THE_HOST = 'must not be host, use URLRewrite with hostname';

function isHost(name: string): boolean {
  return name.toLowerCase() === 'host';
}

function removalViolations(name: string, field: string): Violation[] {
  if (name === '') return [{ field, reason: 'must not be empty' }];
  if (isHost(name) || name.startsWith(':'))
    return [{ field, reason: 'must not be host or begin with a colon, Envoy removes none of these' }];
  return isHeaderText(name) ? [] : [{ field, reason: NOT_HEADER_TEXT }];
}

/** To Envoy it is a format string. */
function valueViolations(value: string, field: string): Violation[] {
  if (new TextEncoder().encode(value).length > LONGEST_VALUE)
    return [{ field, reason: `must be no more than ${LONGEST_VALUE} bytes` }];
  if (!isHeaderText(value)) return [{ field, reason: NOT_HEADER_TEXT }];
  const found = formatCommands(value);
  return 'fault' in found ? [{ field, reason: `a percent sign is written twice: ${found.fault}` }] : [];
}
