/** RFC 3339, as Go writes it. */
const LAYOUT = '2006-01-02T15:04:05Z07:00';

interface Step {
  readonly before: string;
  readonly layout: string;
  readonly form: RegExp;
  /** What the number is called, and its bounds. */
  readonly range?: readonly [name: string, min: number, max: number];
}

const STEPS: readonly Step[] = [
  { before: '', layout: '2006', form: /^\d{4}/ },
  { before: '-', layout: '01', form: /^\d\d/, range: ['month', 1, 12] },
  { before: '-', layout: '02', form: /^\d\d/ },
  { before: 'T', layout: '15', form: /^\d\d?/, range: ['hour', 0, 23] },
  { before: ':', layout: '04', form: /^\d\d/, range: ['minute', 0, 59] },
  { before: ':', layout: '05', form: /^\d\d(?:[.,]\d+)?/, range: ['second', 0, 59] },
  { before: '', layout: 'Z07:00', form: /^(?:Z|[+-]\d\d:\d\d)/ },
];

/** Why a text is no RFC 3339 time, as Go's parser says it; `undefined` when it is one. */
export function goTimeFault(text: string): string | undefined {
  const wrong = `parsing time ${JSON.stringify(text)}`;
  const cannotParse = (rest: string, as: string) =>
    `${wrong} as "${LAYOUT}": cannot parse ${JSON.stringify(rest)} as "${as}"`;
  const numbers: number[] = [];
  let rest = text;
  for (const { before, layout, form, range } of STEPS) {
    if (!rest.startsWith(before)) return cannotParse(rest, before);
    rest = rest.slice(before.length);
    const found = form.exec(rest)?.[0];
    if (found === undefined) return cannotParse(rest, layout);
    rest = rest.slice(found.length);
    const number = Number.parseInt(found, 10);
    if (range && (number < range[1] || number > range[2])) return `${wrong}: ${range[0]} out of range`;
    numbers.push(number);
  }
  if (rest) return `${wrong}: extra text: ${JSON.stringify(rest)}`;
  const [year = 0, month = 0, day = 0] = numbers;
  return day < 1 || day > daysIn(year, month) ? `${wrong}: day out of range` : undefined;
}

function daysIn(year: number, month: number): number {
  // The Gregorian calendar repeats after 400 years; years below 100 mean others to Date.
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}
