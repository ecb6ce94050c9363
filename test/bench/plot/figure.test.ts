import { expect, test } from 'vitest';
import { figure } from './figure.ts';

const two = [
  { x: 10, y: 1 },
  { x: 1_000, y: 100 },
];

test('each series has one line, its points, and one place in the legend', () => {
  const panel = { title: 'p99 < all', x: 'sidecars', series: [{ name: 'one', points: two }] };
  const svg = figure('p99 & CPU', [panel, panel]);
  expect(svg.match(/<polyline/g)).toHaveLength(2);
  expect(svg.match(/<circle/g)).toHaveLength(4);
  expect(svg.match(/>one</g)).toHaveLength(1);
  expect(svg).toContain('points="62,240 420,40"');
  expect(svg).toContain('p99 &lt; all');
  expect(svg).toContain('<title>p99 &amp; CPU</title>');
});

test('a panel without points says so', () => {
  expect(figure('t', [{ title: 't', x: 'sidecars', series: [] }])).toContain('nothing was measured');
});
