/** The text is not JSON; the message is worded as Go's parser does, which Kuma shows. */
export class NotJson extends Error {
  override name = 'NotJson';
}

/** Parses a body. Keys named `__proto__` are dropped: they would reach into prototypes. @throws NotJson */
export function parseJsonBody(text: string): unknown {
  try {
    return JSON.parse(text, (key, value) => (key === '__proto__' ? undefined : value));
  } catch (error) {
    throw new NotJson(goMessage((error as Error).message, text));
  }
}

function goMessage(message: string, text: string): string {
  if (text.trim() === '' || /unexpected end|unterminated/i.test(message)) return 'unexpected end of JSON input';
  const at = /at position (\d+)/.exec(message)?.[1];
  const character = at === undefined ? /Unexpected token '?(.)/u.exec(message)?.[1] : text[Number(at)];
  if (character === undefined) return 'unexpected end of JSON input';
  const expected = /property name/.test(message)
    ? 'looking for beginning of object key string'
    : 'looking for beginning of value';
  return `invalid character '${character}' ${expected}`;
}
