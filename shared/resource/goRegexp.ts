import { bracketsAt, characterAt, classEscapeAt, type RegexpFault, wrongEscape } from './goRegexpCharacters.ts';

const REPETITION = /[*+?]\??|\{(\d{1,9})(,(\d{1,9})?)?\}\??/y;
const GROUP = /\((?:\?(?:P?<([A-Za-z0-9_]+)>|[imsU]*(?:-[imsU]+)?(:|\))))?/y;
/** A text as it is, and places between characters. */
const ESCAPE = /\\(?:Q[\s\S]*?(?:\\E|$)|[AbBz])/y;
/** Of a part, and of what is in it together. */
const MOST_REPEATED = 1_000;

/**
 * What Go says of a text that is no regular expression of its syntax, which is RE2's and so Envoy's. It is not JavaScript's: there are
 * `(?i)` and `(?P<name>…)`, but neither look-aheads nor back-references.
 * @returns undefined when it is one
 */
export function goRegexpFault(regexp: string): string | undefined {
  return new Reader(regexp).fault();
}

/** What stands between the parts of a regular expression. */
interface Place {
  /** Is there anything that `*` could repeat? */
  readonly isAtom: boolean;
  /** How often what is there may be repeated by counts within it. */
  readonly times: number;
  /** Where the repetition begins that has just ended. */
  readonly repeated?: number;
}

const START: Place = { isAtom: false, times: 1 };
const ATOM: Place = { isAtom: true, times: 1 };

/** Reads a regular expression from left to right. */
class Reader {
  readonly #regexp: string;
  #at = 0;
  #place = START;
  /** How often parts of the open groups are repeated at most, the innermost group last. */
  readonly #groups = [1];

  constructor(regexp: string) {
    this.#regexp = regexp;
  }

  fault(): string | undefined {
    while (this.#at < this.#regexp.length) {
      const fault = this.#part();
      if (fault !== undefined) return fault;
    }
    return this.#groups.length > 1 ? faultOf('missing closing )', this.#regexp) : undefined;
  }

  #part(): string | undefined {
    const repetition = this.#match(REPETITION);
    if (repetition) return this.#repetition(repetition);
    switch (this.#regexp[this.#at]) {
      case '\\':
        return this.#escape();
      case '[':
        return this.#atom(bracketsAt(this.#regexp, this.#at));
      case '(':
        return this.#open();
      case ')':
        return this.#close();
      case '|':
        return this.#to(this.#at + 1, START);
      default:
        return this.#to(this.#at + 1, ATOM);
    }
  }

  #repetition([text, least, , most]: RegExpExecArray): string | undefined {
    const { isAtom, repeated, times } = this.#place;
    const end = this.#at + text.length;
    if (repeated !== undefined) return faultOf('invalid nested repetition operator', this.#regexp.slice(repeated, end));
    if (!isAtom) return faultOf('missing argument to repetition operator', text);
    const together = times * Math.max(1, Number(most ?? least ?? 1));
    const isCount = Number(least) <= Number(most ?? MOST_REPEATED) && together <= MOST_REPEATED;
    if (least !== undefined && !isCount) return faultOf('invalid repeat count', text.replace(/\?$/, ''));
    return this.#to(end, { isAtom, times: together, repeated: this.#at });
  }

  #escape(): string | undefined {
    const escape = this.#match(ESCAPE)?.[0];
    if (escape !== undefined) return this.#to(this.#at + escape.length, ATOM);
    const end = classEscapeAt(this.#regexp, this.#at) ?? characterAt(this.#regexp, this.#at)?.end;
    return this.#atom(end ?? wrongEscape(this.#regexp, this.#at));
  }

  #atom(end: number | RegexpFault): string | undefined {
    return typeof end === 'number' ? this.#to(end, ATOM) : faultOf(...end);
  }

  #open(): string | undefined {
    const [text = '(', , isEnded] = this.#match(GROUP) ?? [];
    if (text === '(' && this.#regexp[this.#at + 1] === '?')
      return faultOf('invalid or unsupported Perl syntax', this.#regexp.slice(this.#at, this.#at + 3));
    const end = this.#at + text.length;
    // flags alone are no group
    if (isEnded === ')') return this.#to(end, this.#place);
    this.#groups.push(1);
    return this.#to(end, START);
  }

  #close(): string | undefined {
    if (this.#groups.length === 1) return faultOf('unexpected )', this.#regexp);
    const times = this.#groups.pop() ?? 1;
    return this.#to(this.#at + 1, { isAtom: true, times });
  }

  #to(at: number, place: Place): undefined {
    this.#at = at;
    this.#place = place;
    this.#groups.push(Math.max(this.#groups.pop() ?? 1, place.times));
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#regexp);
  }
}

function faultOf(what: string, where: string): string {
  return `error parsing regexp: ${what}: \`${where}\``;
}
