/** One character: itself, or an escape that stands for one. The names of the groups say how it is written. */
const CHARACTER =
  /\\(?:x(?:\{(?<hex>[0-9a-fA-F]+)\}|(?<two>[0-9a-fA-F]{2}))|(?<octal>0[0-7]{0,2}|[1-7][0-7]{1,2})|(?<control>[afnrtv])|(?<mark>[\0-/:-@[-`{-\x7f]))|(?<plain>[^\\])/suy;
/** A class of characters by its letter, or by its name in Unicode. */
const CLASS = /\\(?:[dDsSwW]|[pP](?:\{\^?(?<name>\w+)\}|(?<letter>\w)))/y;
const CONTROL = { a: 7, t: 9, n: 10, v: 11, f: 12, r: 13 } as Readonly<Record<string, number>>;
const NAMED = /\[:(\^?\w*):\]/y;
const NAMES = 'alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit'.split(' ');
/** Go takes more; Envoy has its RE2 read bytes. */
const GREATEST_CODE = 0xff;

/** What is wrong, and the part of the text that is. */
export type RegexpFault = readonly [what: string, where: string];

/** The character that is written there, and where it ends; `undefined`: none is. */
export function characterAt(regexp: string, at: number): { readonly code: number; readonly end: number } | undefined {
  CHARACTER.lastIndex = at;
  const match = CHARACTER.exec(regexp);
  if (!match) return undefined;
  const { hex, two, octal, control, mark, plain } = match.groups ?? {};
  const end = at + match[0].length;
  if (control !== undefined) return { code: CONTROL[control] ?? 0, end };
  const text = mark ?? plain;
  if (text !== undefined) return { code: text.codePointAt(0) ?? 0, end };
  const code = octal === undefined ? Number.parseInt(hex ?? two ?? '', 16) : Number.parseInt(octal, 8);
  return code <= GREATEST_CODE ? { code, end } : undefined;
}

/** Where an escape ends that stands for many characters, `\d` or `\pL`; what is wrong with it; `undefined`: there is none. */
export function classEscapeAt(regexp: string, at: number): number | RegexpFault | undefined {
  CLASS.lastIndex = at;
  const match = CLASS.exec(regexp);
  if (!match) return undefined;
  const name = match.groups?.name ?? match.groups?.letter;
  if (name !== undefined && !isUnicodeClass(name)) return ['invalid character class range', match[0]];
  return at + match[0].length;
}

/** Where the class ends whose `[` is there, or what is wrong with it. */
export function bracketsAt(regexp: string, start: number): number | RegexpFault {
  let at = start + (regexp[start + 1] === '^' ? 2 : 1);
  for (const first = at; at < regexp.length; ) {
    if (regexp[at] === ']' && at > first) return at + 1;
    const next = namedAt(regexp, at) ?? classEscapeAt(regexp, at) ?? rangeAt(regexp, at);
    if (typeof next !== 'number') return next;
    at = next;
  }
  return ['missing closing ]', regexp.slice(start)];
}

/** `[:alpha:]`, which may stand in brackets only. */
function namedAt(regexp: string, at: number): number | RegexpFault | undefined {
  NAMED.lastIndex = at;
  const match = NAMED.exec(regexp);
  if (!match) return undefined;
  const [text, name = ''] = match;
  return NAMES.includes(name.replace('^', '')) ? at + text.length : ['invalid character class range', text];
}

/** A character, or two with a dash between. */
function rangeAt(regexp: string, at: number): number | RegexpFault {
  const low = characterAt(regexp, at);
  if (!low) return wrongEscape(regexp, at);
  if (regexp[low.end] !== '-' || regexp[low.end + 1] === ']' || low.end + 1 === regexp.length) return low.end;
  const high = characterAt(regexp, low.end + 1);
  if (!high) return wrongEscape(regexp, low.end + 1);
  return low.code > high.code ? ['invalid character class range', regexp.slice(at, high.end)] : high.end;
}

/** A backslash is there that means nothing. */
export function wrongEscape(regexp: string, at: number): RegexpFault {
  return at === regexp.length - 1
    ? ['trailing backslash at end of expression', '']
    : ['invalid escape sequence', regexp.slice(at, at + 2)];
}

/** JavaScript knows scripts by codes of four letters, too; these are the names that look like one. */
const SHORT_SCRIPTS = ['Cham', 'Lisu', 'Thai', 'Toto'];

/** A category, by its one or two letters, or a script. */
function isUnicodeClass(name: string): boolean {
  if (name === 'Any') return true;
  if (/^[A-Z][a-z]?$/.test(name) && isProperty(`gc=${name}`)) return true;
  return (name.length !== 4 || SHORT_SCRIPTS.includes(name)) && isProperty(`Script=${name}`);
}

function isProperty(property: string): boolean {
  try {
    return new RegExp(`\\p{${property}}`, 'u') !== undefined;
  } catch {
    return false;
  }
}
