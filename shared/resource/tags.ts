import type { Violation } from './violation.ts';

const NAME = /^[a-zA-Z0-9.\-_:/]+$/;
const VALUE = /^[a-zA-Z0-9.\-_:]+$/;

export const SERVICE_TAG = 'kuma.io/service';
export const PROTOCOL_TAG = 'kuma.io/protocol';
export const ZONE_TAG = 'kuma.io/zone';

export const PROTOCOLS = ['grpc', 'http', 'http2', 'kafka', 'tcp'] as const;

/** What is wrong with the tags of an inbound, outbound or gateway (policies §0.5). @param field path of the tags. */
export function tagViolations(tags: Readonly<Record<string, string>>, field: string): Violation[] {
  return Object.entries(tags).flatMap(([name, value]) => {
    const at = `${field}["${name}"]`;
    const violations: Violation[] = [];
    if (value === '') violations.push({ field: at, reason: 'tag value must be non-empty' });
    if (!NAME.test(name)) {
      violations.push({
        field: at,
        reason: 'tag name must consist of alphanumeric characters, dots, dashes, slashes and underscores',
      });
    }
    if (value !== '' && !VALUE.test(value)) {
      violations.push({
        field: at,
        reason: 'tag value must consist of alphanumeric characters, dots, dashes and underscores',
      });
    }
    return violations;
  });
}

export function protocolReason(protocol: string): string | undefined {
  if ((PROTOCOLS as readonly string[]).includes(protocol)) return undefined;
  return `tag "${PROTOCOL_TAG}" has an invalid value "${protocol}". Allowed values: ${PROTOCOLS.join(', ')}`;
}
