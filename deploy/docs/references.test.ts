import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { codeSpans, type Document, documents, ROOT } from './documents.ts';

const all = documents();

/** As GitHub makes them. */
function anchorsOf({ text }: Document): readonly string[] {
  const headings = text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

const links = all.flatMap((document) =>
  [...document.text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => ({ target, document, where: `${document.path} → ${target}` })),
);

it('every link leads somewhere', () => {
  const broken = links.filter(({ target, document }) => {
    const [file = '', anchor] = target.split('#');
    const path = file === '' ? document.path : join(dirname(document.path), file);
    if (!existsSync(join(ROOT, path))) return true;
    const there = all.find((one) => one.path === path);
    return anchor !== undefined && there !== undefined && !anchorsOf(there).includes(anchor);
  });
  expect(links.length).toBeGreaterThan(50);
  expect(broken.map(({ where }) => where)).toEqual([]);
});

/** A file, a folder, or how a file there begins: `test/faults/scenarios/`, `test/e2e/deadZone`. */
function exists(path: string): boolean {
  if (existsSync(join(ROOT, path))) return true;
  const folder = join(ROOT, dirname(path));
  return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith(`${basename(path)}.`));
}

it('every file of the sources that is named exists', () => {
  const named = all.flatMap((document) =>
    codeSpans(document)
      .filter(
        (code) =>
          /^(shared|global|zone|deploy|test|http|nats|runtime|docs)\/[\w./-]*$/.test(code) && !code.includes('00N'),
      )
      .map((path) => ({ path, where: `${document.path}: ${path}` })),
  );
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter(({ path }) => !exists(path)).map(({ where }) => where)).toEqual([]);
});
