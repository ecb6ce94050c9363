import type { Violation } from './violation.ts';

export type Tags = Readonly<Record<string, string>>;

const NAME = /^[a-zA-Z0-9.\-_:/]*$/;
const VALUE = /^[a-zA-Z0-9.\-_:]*$/;
const WANTED_VALUE = /^([a-zA-Z0-9.\-_:/]*|\*)$/;

export const SERVICE_TAG = 'kuma.io/service';
export const PROTOCOL_TAG = 'kuma.io/protocol';
export const ZONE_TAG = 'kuma.io/zone';

/** What is left of an SNI, which is at most 255 bytes to Envoy, beside `{mesh=…}` with the longest name of a mesh, 63. */
const LONGEST_SERVICE = 185;

const PROTOCOLS = ['grpc', 'http', 'http2', 'kafka', 'tcp'] as const;

interface TagRules {
  /** They select: a value may be `*`, and hold slashes. */
  readonly areWanted?: boolean;
  readonly atLeastOne?: boolean;
  /** Is the service's tag mandatory? */
  readonly service?: boolean;
  /** The only tag that may stand there. */
  readonly only?: string;
  /** What is wrong with them otherwise; told before the single tags. */
  readonly besides?: readonly Violation[];
}

/** What is wrong with tags, by name, in Kuma's words. @param field their path */
export function tagViolations(
  tags: Tags,
  field: string,
  { areWanted = false, atLeastOne = false, service = false, only, besides = [] }: TagRules = {},
): Violation[] {
  const violations: Violation[] = [];
  const add = (reason: string, name?: string) =>
    violations.push({ field: name === undefined ? field : `${field}[${JSON.stringify(name)}]`, reason });
  const names = Object.keys(tags).sort();
  if (atLeastOne && names.length === 0) add('must have at least one tag');
  violations.push(...besides);
  for (const name of names) {
    const value = tags[name] ?? '';
    if (name === '') add('tag name must be non-empty');
    if (!NAME.test(name))
      add('tag name must consist of alphanumeric characters, dots, dashes, slashes and underscores', name);
    if (only !== undefined && name !== only) add(`tag "${name}" is not allowed`, name);
    if (value === '') add('tag value must be non-empty', name);
    if (areWanted && !WANTED_VALUE.test(value))
      add('tag value must consist of alphanumeric characters, dots, dashes, slashes and underscores or be "*"', name);
    if (!areWanted && name === SERVICE_TAG && value.length > LONGEST_SERVICE)
      add(`tag value must be no more than ${LONGEST_SERVICE} characters, it is part of an SNI`, name);
    if (!areWanted && !VALUE.test(value))
      add('tag value must consist of alphanumeric characters, dots, dashes and underscores', name);
  }
  if (service && tags[SERVICE_TAG] === undefined) add(`mandatory tag "${SERVICE_TAG}" is missing`);
  return violations;
}

/** In either case, as everything that reads the tag takes it. */
export function protocolReason(protocol: string): string | undefined {
  if ((PROTOCOLS as readonly string[]).includes(protocol.toLowerCase())) return undefined;
  return `tag "${PROTOCOL_TAG}" has an invalid value "${protocol}". Allowed values: ${PROTOCOLS.join(', ')}`;
}
