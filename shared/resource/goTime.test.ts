import { expect, test } from 'vitest';
import { goTimeFault } from './goTime.ts';

test.each(['0001-01-01T00:00:00Z', '2026-11-21T02:22:33.385167087Z', '2024-02-29T23:59:59+02:00'])(
  '%s is a time',
  (text) => {
    expect(goTimeFault(text)).toBeUndefined();
  },
);

const AS = 'as "2006-01-02T15:04:05Z07:00": cannot parse';

test.each([
  ['yesterday', `${AS} "yesterday" as "2006"`],
  ['', `${AS} "" as "2006"`],
  ['2026-11-21', `${AS} "" as "T"`],
  ['2026/11/21', `${AS} "/11/21" as "-"`],
  ['2026-11-21T02:22:33', `${AS} "" as "Z07:00"`],
  ['2026-13-21T02:22:33Z', ': month out of range'],
  ['2026-02-29T02:22:33Z', ': day out of range'],
  ['2026-11-21T24:22:33Z', ': hour out of range'],
  ['2026-11-21T02:22:33Zulu', ': extra text: "ulu"'],
])('%s is none, in Go words', (text, fault) => {
  const wrong = `parsing time ${JSON.stringify(text)}`;
  expect(goTimeFault(text)).toBe(fault.startsWith(':') ? wrong + fault : `${wrong} ${fault}`);
});
