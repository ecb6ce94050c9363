/** Go's word for the type of a JSON value. */
export function goKind(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'bool';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** What Go's JSON parser says of a value that does not fit. @param into `string`, `map[string]json.RawMessage` */
export function cannotUnmarshal(value: unknown, into: string): string {
  return `json: cannot unmarshal ${goKind(value)} into Go value of type ${into}`;
}

/** What it says of a value that is no number of that kind. Protobuf's JSON takes numbers in quotes, too. @param into `uint32` */
export function cannotUnmarshalNumber(value: unknown, into: string): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return goSyntaxFault(error as Error, text);
  }
  if (typeof parsed !== 'number') return cannotUnmarshal(parsed, into);
  return `json: cannot unmarshal number ${text} into Go value of type ${into}`;
}

/** What V8 was at when it gave up, and Go's words for it. */
const PLACES: readonly (readonly [v8: RegExp, go: string])[] = [
  [/after property name/, 'after object key'],
  [/after property value/, 'after object key:value pair'],
  [/after array element/, 'after array element'],
  [/after JSON/, 'after top-level value'],
  [/property name/, 'looking for beginning of object key string'],
  [/control character/, 'in string literal'],
  [/escaped character/, 'in string escape code'],
  [/Unicode escape/, String.raw`in \u hexadecimal character escape`],
  [/minus sign/, 'in numeric literal'],
];

/** Why a text is no JSON, as Go's parser says it. @param error what `JSON.parse` threw */
export function goSyntaxFault({ message }: Error, text: string): string {
  if (text.trim() === '' || /unexpected end|unterminated/i.test(message)) return 'unexpected end of JSON input';
  const at = /at position (\d+)/.exec(message)?.[1];
  const character = at === undefined ? /Unexpected token '?(.)/su.exec(message)?.[1] : text[Number(at)];
  if (character === undefined) return 'unexpected end of JSON input';
  const place = PLACES.find(([v8]) => v8.test(message))?.[1] ?? 'looking for beginning of value';
  return `invalid character ${quoted(character)} ${place}`;
}

function quoted(character: string): string {
  if (character === "'") return String.raw`'\''`;
  return character === '"' ? `'"'` : `'${JSON.stringify(character).slice(1, -1)}'`;
}
