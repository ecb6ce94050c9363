import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './documents.ts';

/** Sources of a file, or of all files below a folder; `*` in its path stands for any name. */
function sourcesOf(place: string): string {
  const files = [place, `${place}/**/*.ts`].flatMap((pattern) => globSync(pattern, { cwd: ROOT }));
  return files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(ROOT, file), 'utf8'))
    .join('\n');
}

/** Is there a function, class or type of that name; with a dot, one with such a member? */
function isDefined(name: string, sources: string): boolean {
  const [owner = '', member] = name.split('.');
  const definition = new RegExp(`^(export )?(async )?(function|class|interface|const) ${owner}\\b[\\s\\S]*?^\\}`, 'm');
  const found = definition.exec(sources)?.[0];
  return found !== undefined && (member === undefined || new RegExp(`^  (async )?${member}[(<]`, 'm').test(found));
}

const text = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
const walk = /^## The walk of the data\n([\s\S]*?)^## /m.exec(text)?.[1] ?? '';
const steps = walk
  .split('\n')
  .filter((line) => line.startsWith('| ') && line.includes('`'))
  .map((line) => {
    const spans = [...line.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span);
    return {
      step: line.split('|')[1]?.trim() ?? '',
      names: spans.filter((span) => /^[A-Za-z]*[a-z][A-Za-z]*(\.[a-z]\w*)?$/.test(span)),
      places: spans.filter((span) => /^(global|http|shared|zone)\/[\w/.*]+$/.test(span)),
    };
  });

it('there are steps', () => {
  expect(steps.length).toBeGreaterThan(12);
});

it.each(steps)('the architecture names what does it: $step', ({ names, places }) => {
  const sources = places.map(sourcesOf).join('\n');
  expect(names).not.toEqual([]);
  expect(names.filter((name) => !isDefined(name, sources))).toEqual([]);
});
