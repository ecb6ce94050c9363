import { logScale } from './scale.ts';

export interface Panel {
  readonly title: string;
  /** What the horizontal axis counts. */
  readonly x: string;
  readonly series: readonly {
    readonly name: string;
    /** By rising x; all above 0. */
    readonly points: readonly { readonly x: number; readonly y: number }[];
  }[];
}

const PANEL = { width: 440, height: 300 };
const PLOT = { left: 62, top: 40, right: 420, bottom: 240 };
const LEGEND = 44;

/** Colours that can be told apart without red and green (Okabe and Ito), and forms that need no colour. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#8c6bb1', '#7f7f7f'];
const DASHES = ['', '7 3', '2 3', '9 3 2 3'];

/** Greys that can be read on white and on black: what a picture stands on is not always what the reader's system prefers. */
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #6e7781 }
  .title { font-weight: 600 }
  .grid { stroke: #888; stroke-opacity: 0.35 }
  .line { fill: none; stroke-width: 2 }
`;

/** The panels side by side in two columns with one legend, as SVG; both axes of each are logarithmic. @param title for who cannot see it */
export function figure(title: string, panels: readonly Panel[]): string {
  const names = [...new Set(panels.flatMap(({ series }) => series.map(({ name }) => name)))];
  const height = Math.ceil(panels.length / 2) * PANEL.height;
  const drawn = panels.map((panel, i) => {
    const place = `translate(${(i % 2) * PANEL.width} ${Math.floor(i / 2) * PANEL.height})`;
    return `<g transform="${place}">${drawPanel(panel, names)}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${2 * PANEL.width} ${height + LEGEND}">`,
    `<title>${escape(title)}</title>`,
    `<style>${STYLE}</style>`,
    ...drawn,
    `<g transform="translate(0 ${height})">${drawLegend(names)}</g>`,
    '</svg>\n',
  ].join('\n');
}

function drawPanel({ title, x, series }: Panel, names: readonly string[]): string {
  const points = series.flatMap((one) => one.points);
  const heading = text(PLOT.left, PLOT.top - 16, title, 'class="title"');
  if (points.length === 0) return heading + text(PLOT.left, PLOT.top + 20, 'nothing was measured');
  const across = logScale(
    points.map((point) => point.x),
    PLOT.left,
    PLOT.right,
  );
  const up = logScale(
    points.map((point) => point.y),
    PLOT.bottom,
    PLOT.top,
  );
  const grid = [
    ...across.ticks.map((tick) => {
      const at = px(across.at(tick));
      return line(at, PLOT.top, at, PLOT.bottom) + text(at, PLOT.bottom + 18, show(tick), 'text-anchor="middle"');
    }),
    ...up.ticks.map((tick) => {
      const at = px(up.at(tick));
      return line(PLOT.left, at, PLOT.right, at) + text(PLOT.left - 8, at + 4, show(tick), 'text-anchor="end"');
    }),
    text((PLOT.left + PLOT.right) / 2, PLOT.bottom + 38, x, 'text-anchor="middle"'),
  ];
  const lines = series.map(({ name, points: own }) => {
    const places = own.map((point) => [px(across.at(point.x)), px(up.at(point.y))] as const);
    const path = places.map(([left, top]) => `${left},${top}`).join(' ');
    const { colour, dash } = look(names, name);
    const dots = places.map(([left, top]) => `<circle cx="${left}" cy="${top}" r="3.5" fill="${colour}"/>`);
    return `<polyline class="line" stroke="${colour}" stroke-dasharray="${dash}" points="${path}"/>${dots.join('')}`;
  });
  return [heading, ...grid, ...lines].join('\n');
}

function drawLegend(names: readonly string[]): string {
  const width = (2 * PANEL.width - PLOT.left) / Math.max(1, names.length);
  const entries = names.map((name, i) => {
    const left = px(PLOT.left + i * width);
    const { colour, dash } = look(names, name);
    const sample = `<path class="line" stroke="${colour}" stroke-dasharray="${dash}" d="M${left} 16h28"/>`;
    return sample + text(left + 34, 20, name);
  });
  return entries.join('\n');
}

function look(names: readonly string[], name: string): { readonly colour: string; readonly dash: string } {
  const i = names.indexOf(name);
  return { colour: COLOURS[i % COLOURS.length] ?? '', dash: DASHES[i % DASHES.length] ?? '' };
}

const px = (value: number) => Math.round(value * 10) / 10;
const show = (value: number) => value.toLocaleString('en', { maximumFractionDigits: 6 });

function line(x1: number, y1: number, x2: number, y2: number): string {
  return `<line class="grid" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;
}

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${px(x)}" y="${px(y)}" ${attributes}>${escape(content)}</text>`;
}

const escape = (content: string) => content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
