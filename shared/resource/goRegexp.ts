/** What stands between the parts of a regular expression. */
interface Place {
  /** Is there anything that `*` could repeat? */
  readonly isAtom: boolean;
  /** Where the repetition begins that has just ended. */
  readonly repeated?: number;
}

const START: Place = { isAtom: false };
const ATOM: Place = { isAtom: true };
const REPETITION = /[*+?]\??|\{(\d{1,9})(,(\d{1,9})?)?\}\??/y;
const CLASS_ITEM = /\[:\^?\w+:\]|\\x\{[^}]*\}|\\[pP]\{[^}]*\}|\\?./suy;
const GROUP = /\((?:\?(?:P?<([A-Za-z0-9_]+)>|[imsU]*(?:-[imsU]+)?(:|\))))?/y;
const ESCAPE =
  /\\(?:Q[\s\S]*?(?:\\E|$)|x(?:\{[0-9a-fA-F]+\}|[0-9a-fA-F]{2})|[pP](?:\{\^?\w+\}|\w)|0[0-7]{0,2}|[1-7][0-7]{1,2}|[AbBzdDsSwWafnrtv]|[^0-9A-Za-z])/uy;
const MOST_REPEATED = 1_000;

/**
 * What Go says of a text that is no regular expression of its syntax, which is RE2's and so Envoy's. It is not JavaScript's: there are
 * `(?i)` and `(?P<name>…)`, but neither look-aheads nor back-references.
 * @returns undefined when it is one
 */
export function goRegexpFault(regexp: string): string | undefined {
  const fault = (what: string, where: string) => `error parsing regexp: ${what}: \`${where}\``;
  let depth = 0;
  let place = START;
  for (let i = 0; i < regexp.length; ) {
    const match = (pattern: RegExp) => {
      pattern.lastIndex = i;
      return pattern.exec(regexp);
    };
    const repetition = match(REPETITION);
    if (repetition) {
      const [text, least, , most] = repetition;
      const end = i + text.length;
      if (place.repeated !== undefined)
        return fault('invalid nested repetition operator', regexp.slice(place.repeated, end));
      if (!place.isAtom) return fault('missing argument to repetition operator', text);
      if (Number(least) > Math.min(Number(most ?? MOST_REPEATED), MOST_REPEATED) || Number(most) > MOST_REPEATED)
        return fault('invalid repeat count', text.replace(/\?$/, ''));
      place = { isAtom: true, repeated: i };
      i = end;
      continue;
    }
    switch (regexp[i]) {
      case '\\': {
        const escape = match(ESCAPE)?.[0];
        if (i === regexp.length - 1) return fault('trailing backslash at end of expression', '');
        if (escape === undefined) return fault('invalid escape sequence', regexp.slice(i, i + 2));
        place = ATOM;
        i += escape.length;
        break;
      }
      case '[': {
        const end = endOfClass(regexp, i);
        if (end === undefined) return fault('missing closing ]', regexp.slice(i));
        const range = reversedRange(regexp.slice(i + 1, end - 1));
        if (range !== undefined) return fault('invalid character class range', range);
        place = ATOM;
        i = end;
        break;
      }
      case '(': {
        const [text = '(', , isEnded] = match(GROUP) ?? [];
        if (text === '(' && regexp[i + 1] === '?')
          return fault('invalid or unsupported Perl syntax', regexp.slice(i, i + 3));
        // flags alone are no group
        if (isEnded !== ')') [depth, place] = [depth + 1, START];
        i += text.length;
        break;
      }
      case ')':
        if (depth === 0) return fault('unexpected )', regexp);
        depth -= 1;
        place = ATOM;
        i += 1;
        break;
      default:
        place = regexp[i] === '|' ? START : ATOM;
        i += 1;
    }
  }
  return depth > 0 ? fault('missing closing )', regexp) : undefined;
}

/** Of a class without its brackets: the first range of plain characters whose end comes before its beginning. */
function reversedRange(characters: string): string | undefined {
  const ranges = characters.matchAll(/(\\.|[^\\])-(\\.|[^\\])/gsu);
  return [...ranges].find(([, from = '', to = '']) => from[0] !== '\\' && to[0] !== '\\' && from > to)?.[0];
}

/** @returns where the class that begins there ends; undefined: nowhere */
function endOfClass(regexp: string, start: number): number | undefined {
  let i = start + (regexp[start + 1] === '^' ? 2 : 1);
  const first = i;
  while (i < regexp.length) {
    if (regexp[i] === ']' && i > first) return i + 1;
    CLASS_ITEM.lastIndex = i;
    i += CLASS_ITEM.exec(regexp)?.[0].length ?? 1;
  }
  return undefined;
}
