import { formatCommands } from '../formatString.ts';

/** Placeholders that a control plane replaces. */
const KUMA_PLACEHOLDERS: ReadonlySet<string> = new Set([
  '%KUMA_SOURCE_ADDRESS%',
  '%KUMA_SOURCE_ADDRESS_WITHOUT_PORT%',
  '%KUMA_SOURCE_SERVICE%',
  '%KUMA_DESTINATION_SERVICE%',
  '%KUMA_MESH%',
  '%KUMA_TRAFFIC_DIRECTION%',
  '%KUMA_ZONE%',
  '%KUMA_WORKLOAD%',
]);

/**
 * What is wrong with the format of access logs, as far as it is not for Envoy to say: which commands there are follows from its
 * version. Envoy would refuse the listeners of all who log in a wrong one.
 */
export function logFormatFault(format: string): string | undefined {
  const found = formatCommands(format);
  if ('fault' in found) return `format string is not valid: ${found.fault}`;
  const unknown = found.commands.find((token) => token.startsWith('%KUMA_') && !KUMA_PLACEHOLDERS.has(token));
  return (
    unknown &&
    `format string is not valid: there is no placeholder ${unknown}, only ${[...KUMA_PLACEHOLDERS].join(', ')}`
  );
}
