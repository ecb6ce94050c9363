import { parse } from 'yaml';
import { z } from 'zod';
import { StartError } from './startError.ts';

const resourceSchema = z.looseObject({
  type: z.enum(['Dataplane', 'ZoneIngress', 'ZoneEgress']),
  mesh: z.string().default(''),
  name: z.string().min(1),
});

/** A Dataplane, ZoneIngress or ZoneEgress in REST form. The control plane checks the rest. */
export type DataplaneResource = z.infer<typeof resourceSchema>;

/**
 * The rendered resource of a dataplane file: YAML with `{{ name }}` for variables, escaped for HTML as mustache does, and
 * `{{{ name }}}` raw; unknown ones are empty, as kuma-dp renders it.
 * @param source for messages: the file's name @throws StartError
 */
export function readDataplane(
  text: string,
  variables: Readonly<Record<string, string>>,
  source: string,
): DataplaneResource {
  let document: unknown;
  try {
    document = parse(render(text, variables));
  } catch (cause) {
    throw new StartError(`${source} is not YAML: ${(cause as Error).message}`);
  }
  const result = resourceSchema.safeParse(document);
  if (!result.success)
    throw new StartError(`${source} holds no Dataplane, ZoneIngress or ZoneEgress:\n${z.prettifyError(result.error)}`);
  const mesh = result.data.type === 'Dataplane' ? result.data.mesh || 'default' : '';
  return { ...result.data, mesh };
}

/** `k=v,k=v`, several times. @throws StartError */
export function readVariables(given: readonly string[]): Record<string, string> {
  const pairs = given.flatMap((list) => list.split(',')).filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new StartError(`--dataplane-var is "${pair}"; it must be name=value`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

function render(text: string, variables: Readonly<Record<string, string>>): string {
  return text
    .replace(/\{\{\{\s*([\w.-]+)\s*\}\}\}/g, (_, name: string) => variables[name] ?? '')
    .replace(/\{\{\s*([\w.-]+)\s*\}\}/g, (_, name: string) =>
      (variables[name] ?? '').replace(/[&<>"']/g, (c) => ESCAPES[c] ?? c),
    );
}
