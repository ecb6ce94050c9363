import { fileURLToPath } from 'node:url';
import { relative, sep } from 'node:path';

/** What Chrome's developer tools call a CPU profile (CDP, Profiler.Profile), as far as it is used. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  /** Ids of the nodes that ran at each look. */
  readonly samples: readonly number[];
  /** Microseconds from each look to the next one. */
  readonly timeDeltas: readonly number[];
}

export interface SelfTime {
  readonly what: string;
  readonly ms: number;
}

const IDLE = new Set(['(idle)', '(program)']);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Time without the functions called, most first. `(program)` is native code outside of any function, mostly waiting. */
export function selfTimes({ nodes, samples, timeDeltas }: CpuProfile) {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const functions = new Map<string, number>();
  const files = new Map<string, number>();
  const add = (map: Map<string, number>, what: string, ms: number) => map.set(what, (map.get(what) ?? 0) + ms);
  let busy = 0;
  let total = 0;
  samples.forEach((id, i) => {
    const frame = frames.get(id);
    // A delta stands before its sample; the time after it is that of the next one.
    const ms = (timeDeltas[i + 1] ?? 0) / 1_000;
    total += ms;
    if (!frame || IDLE.has(frame.functionName)) return;
    busy += ms;
    const file = frame.url ? fileOf(frame.url) : '';
    const name = frame.functionName || '(anonymous)';
    add(functions, file ? `${name}  ${file}:${frame.lineNumber + 1}` : name, ms);
    add(files, file || name, ms);
  });
  return { functions: sorted(functions), files: sorted(files), busy, total };
}

function fileOf(url: string): string {
  if (!url.startsWith('file:')) return url;
  const path = relative(ROOT, fileURLToPath(url)).split(sep).join('/');
  // A package as a whole: its folder, and the scope's.
  return path.replace(/^(?:\.\.\/)*(?:.*\/)?node_modules\/(@[^/]+\/[^/]+|[^/]+)\/.*$/, 'node_modules/$1');
}

function sorted(times: ReadonlyMap<string, number>): SelfTime[] {
  return [...times].map(([what, ms]) => ({ what, ms })).sort((a, b) => b.ms - a.ms);
}
