import { setTimeout as sleep } from 'node:timers/promises';

/** A write that was answered with 2xx. */
export interface Acknowledged {
  /** Who wrote: one lane writes one after the other. */
  readonly lane: number;
  readonly name: string;
  /** Value of the label `CONTENT`. */
  readonly content: string;
}

export interface WriteLoad {
  readonly acknowledged: readonly Acknowledged[];
  /** Answers that were none or no 2xx, by their text; of these it is not known whether they were written. */
  readonly refused: ReadonlyMap<string, number>;
  /** Milliseconds since 1970 of the last 2xx. */
  readonly lastAt: number;
  /** From now on writes go to that global control plane. */
  to(url: string): void;
  stop(): Promise<void>;
}

/** Label that says what no other write says. */
export const CONTENT = 'faults/content';

const LANES = 4;
const NAMES = 40;
const TIMEOUT_MS = 5_000;
/** Over all loads of this process: no content comes twice. */
let written = 0;

/** Writes policies that concern nobody, on global, each with content of its own, as fast as they are answered. */
export function startWrites(first: string, pauseMs = 20): WriteLoad {
  let url = first;
  const acknowledged: Acknowledged[] = [];
  const refused = new Map<string, number>();
  let lastAt = 0;
  let stopped = false;
  const run = async (lane: number) => {
    for (let n = 0; !stopped; n++) {
      written++;
      const [name, content] = [`fault-${lane}-${n % NAMES}`, String(written)];
      const answer = await put(url, name, content);
      if (answer === '2xx') {
        acknowledged.push({ lane, name, content });
        lastAt = Date.now();
      } else refused.set(answer, (refused.get(answer) ?? 0) + 1);
      await sleep(answer === '2xx' ? pauseMs : 100);
    }
  };
  const lanes = Array.from({ length: LANES }, (_, lane) => run(lane));
  return {
    acknowledged,
    refused,
    get lastAt() {
      return lastAt;
    },
    to: (other) => {
      url = other;
    },
    stop: async () => {
      stopped = true;
      await Promise.all(lanes);
    },
  };
}

/** @returns `2xx`, or the answer in words */
export async function put(url: string, name: string, content: string, mesh = 'default'): Promise<string> {
  const spec = {
    targetRef: { kind: 'MeshSubset', tags: { 'kuma.io/service': 'nobody' } },
    to: [{ targetRef: { kind: 'Mesh' }, default: { http: { requestTimeout: '15s' } } }],
  };
  try {
    const response = await fetch(`${url}/meshes/${mesh}/meshtimeouts/${name}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'MeshTimeout', mesh, name, labels: { [CONTENT]: content }, spec }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    return response.ok ? '2xx' : `${response.status} ${text}`;
  } catch (error) {
    return `no answer: ${((error as Error).cause as Error | undefined)?.message ?? (error as Error).message}`;
  }
}
