/** What Envoy takes for a command: a name, arguments, a length; two percent signs are one. */
const COMMAND = /^%(?:%|([A-Z_0-9]+)(?:\([^)]*\))?(?::\d+)?%)/;

/** The commands in a format string of Envoy's, `%PROTOCOL%`; or why it is none, in Envoy's words. Which there are follows from its version. */
export function formatCommands(format: string): { readonly commands: readonly string[] } | { readonly fault: string } {
  const commands: string[] = [];
  for (let at = format.indexOf('%'); at >= 0; ) {
    const tail = format.slice(at);
    const [token, command] = COMMAND.exec(tail) ?? [];
    if (token === undefined)
      return {
        fault: `expected a command operator to start at position ${at + 1}, instead got: ${JSON.stringify(tail)}`,
      };
    if (command !== undefined) commands.push(token);
    at = format.indexOf('%', at + token.length);
  }
  return { commands };
}
