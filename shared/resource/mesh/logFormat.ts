/** What Envoy takes for a command: a name, arguments, a length; two percent signs are one. */
const COMMAND = /^%(?:%|([A-Z_0-9]+)(?:\([^)]*\))?(?::\d+)?%)/;

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
  for (let at = format.indexOf('%'); at >= 0; ) {
    const tail = format.slice(at);
    const [token, command] = COMMAND.exec(tail) ?? [];
    if (token === undefined)
      return `format string is not valid: expected a command operator to start at position ${at + 1}, instead got: ${JSON.stringify(tail)}`;
    if (command?.startsWith('KUMA_') && !KUMA_PLACEHOLDERS.has(token))
      return `format string is not valid: there is no placeholder ${token}, only ${[...KUMA_PLACEHOLDERS].join(', ')}`;
    at = format.indexOf('%', at + token.length);
  }
  return undefined;
}
