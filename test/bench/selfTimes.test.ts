import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { selfTimes } from './selfTimes.ts';

const frame = (functionName: string, path: string, lineNumber = 0) => ({
  functionName,
  url: path && pathToFileURL(path).href,
  lineNumber,
});

test('time goes to the function that ran, packages count as a whole, idling does not count', () => {
  const profile = {
    nodes: [
      { id: 1, callFrame: frame('(idle)', '') },
      { id: 2, callFrame: frame('push', 'zone/push/push.ts', 9) },
      { id: 3, callFrame: frame('', 'zone/push/push.ts', 19) },
      { id: 4, callFrame: frame('parse', 'node_modules/@scope/pack/lib/parse.js') },
    ],
    samples: [2, 1, 3, 4, 2],
    timeDeltas: [0, 5_000, 7_000, 2_000, 1_000],
  };
  expect(selfTimes(profile)).toEqual({
    busy: 8,
    total: 15,
    functions: [
      { what: 'push  zone/push/push.ts:10', ms: 5 },
      { what: '(anonymous)  zone/push/push.ts:20', ms: 2 },
      { what: 'parse  node_modules/@scope/pack:1', ms: 1 },
    ],
    files: [
      { what: 'zone/push/push.ts', ms: 7 },
      { what: 'node_modules/@scope/pack', ms: 1 },
    ],
  });
});
