import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startBareCluster } from '../../test/support/bareCluster.ts';
import { documents, ROOT } from './documents.ts';

const namesIn = (text: string) => new Set(text.match(/\bmeridian_[a-z_]+\b/g));

it('every metric that the documents name is there, and every one of ours is in operations.md', async () => {
  const cluster = await startBareCluster();
  onTestFinished(() => cluster.stop());
  const scrape = async (url: string) => (await fetch(`${url}/metrics`)).text();
  const urls = [cluster.global.diagnostics, ...cluster.zones.map(({ diagnostics }) => diagnostics)];
  const scraped = (await Promise.all(urls.map(scrape))).join('\n');
  const there = [...scraped.matchAll(/^# TYPE (meridian_\w+) (\w+)$/gm)].map(([, name = '', kind]) => ({ name, kind }));
  const series = there.flatMap(({ name, kind }) =>
    kind === 'histogram' ? [name, ...['bucket', 'sum', 'count'].map((part) => `${name}_${part}`)] : [name],
  );
  const named = new Set(documents().flatMap(({ text }) => [...namesIn(text)]));
  expect([...named].filter((name) => !series.includes(name))).toEqual([]);
  const told = [...namesIn(readFileSync(join(ROOT, 'docs/operations.md'), 'utf8'))];
  expect(there.map(({ name }) => name).filter((name) => !told.some((one) => one.startsWith(name)))).toEqual([]);
}, 120_000);
