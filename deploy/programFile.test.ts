import { expect, test } from 'vitest';
import { programFile } from './programFile.js';

test('what is not in the bundle, or is to name its sources, runs from them', () => {
  const sources = expect.stringMatching(/[/\\]deploy[/\\]meridian\.ts$/);
  for (const verb of ['get', 'global', 'standalone']) expect(programFile([verb], {})).toEqual(sources);
  expect(programFile(['zone'], { MERIDIAN_BUNDLE: 'off' })).toEqual(sources);
});
