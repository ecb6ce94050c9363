const NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const PREFIX = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

const EMPTY = 'must be non-empty';
const NAME_ERROR = `must consist of ${charactersOf("alphanumeric characters, '-', '_' or '.'", NAME, ['MyName', 'my.name', '123-abc'])}`;
const PREFIX_ERROR = `a lowercase RFC 1123 subdomain must consist of ${charactersOf("lower case alphanumeric characters, '-' or '.'", PREFIX, ['example.com'])}`;
const VALUE_ERROR = `a valid label must be an empty string or consist of ${charactersOf("alphanumeric characters, '-', '_' or '.'", NAME, ['MyValue', 'my_value', '12345'], true)}`;

/** What Kubernetes says of a key of a label that is no `[prefix/]name`; nothing when it is one. */
export function labelKeyErrors(key: string): string[] {
  const [name = '', prefix, ...more] = key.split('/').reverse();
  if (more.length > 0)
    return [`a qualified name ${NAME_ERROR} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  return [...(prefix === undefined ? [] : prefixErrors(prefix)), ...nameErrors(name)];
}

function prefixErrors(prefix: string): string[] {
  if (prefix === '') return [`prefix part ${EMPTY}`];
  return [...longer(prefix, 253), ...(PREFIX.test(prefix) ? [] : [PREFIX_ERROR])].map(
    (error) => `prefix part ${error}`,
  );
}

function nameErrors(name: string): string[] {
  const length = name === '' ? [EMPTY] : longer(name, 63);
  return [...length, ...(NAME.test(name) ? [] : [NAME_ERROR])].map((error) => `name part ${error}`);
}

/** The same of a value. */
export function labelValueErrors(value: string): string[] {
  return [...longer(value, 63), ...(value === '' || NAME.test(value) ? [] : [VALUE_ERROR])];
}

function longer(text: string, most: number): string[] {
  return text.length > most ? [`must be no more than ${most} bytes`] : [];
}

function charactersOf(characters: string, { source }: RegExp, examples: readonly string[], orEmpty = false): string {
  const regex = source.slice(1, -1);
  const shown = orEmpty ? `(${regex})?` : regex;
  const such = examples.map((example) => `'${example}', `).join(' or ');
  return `${characters}, and must start and end with an alphanumeric character (e.g. ${such}regex used for validation is '${shown}')`;
}
