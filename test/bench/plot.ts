// node test/bench/plot.ts RESULTS.json PLOT.svg: how time and cost grow, drawn from what `npm run bench -- --growth --json` wrote.
import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { type Measured, METRICS } from './growth.ts';
import { figure, type Panel } from './plot/figure.ts';

const cpu = z.object({ global: z.number(), zone: z.number(), per: z.enum(['change', 'second']) });
const resultsSchema = z.object({
  rows: z.array(
    z.looseObject({
      name: z.string(),
      what: z.string(),
      sidecars: z.number().optional(),
      services: z.number().optional(),
      samples: z.object({
        durations: z.array(z.number()),
        answers: z.array(z.number()),
        missing: z.number(),
        needless: z.number(),
      }),
      cpu: cpu.optional(),
      memory: z.object({ rss: z.number(), peak: z.number() }).optional(),
      bytes: z.number().optional(),
    }),
  ),
});

type Axis = 'sidecars' | 'services';

/** One line for each row of the bench, along one axis, the other one held where most was measured. */
function panel(rows: readonly Measured[], metric: keyof typeof METRICS, along: Axis): Panel {
  const across = along === 'sidecars' ? 'services' : 'sidecars';
  const held =
    along === 'sidecars' ? middle(rows.map(({ services }) => services)) : Math.max(...numbers(rows, 'sidecars'));
  const { title, of } = METRICS[metric];
  const shown = rows.filter((row) => row[across] === held);
  const series = [...new Set(shown.map(({ name }) => name))].map((name) => ({
    name,
    points: shown
      .filter((row) => row.name === name)
      .flatMap((row) => {
        const x = row[along];
        const y = of(row);
        return x && y ? [{ x, y }] : [];
      })
      .sort((a, b) => a.x - b.x),
  }));
  return { title: `${title}; ${held.toLocaleString('en')} ${across}`, x: along, series };
}

function numbers(rows: readonly Measured[], axis: Axis): number[] {
  return rows.flatMap((row) => row[axis] ?? []);
}

function middle(values: readonly (number | undefined)[]): number {
  const sorted = [...new Set(values.flatMap((value) => value ?? []))].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

const [results, svg] = process.argv.slice(2);
if (!results || !svg) {
  process.stderr.write('usage: node test/bench/plot.ts RESULTS.json PLOT.svg\n');
  process.exit(1);
}
const { rows } = resultsSchema.parse(JSON.parse(await readFile(results, 'utf8')));
const measured = (rows as readonly Measured[]).filter(({ sidecars }) => sidecars !== undefined);
const panels = [
  panel(measured, 'p99', 'sidecars'),
  panel(measured, 'p99', 'services'),
  panel(measured, 'cpu', 'sidecars'),
  panel(measured, 'memory', 'sidecars'),
];
await writeFile(svg, figure('How time, CPU and memory grow with sidecars and services', panels));
