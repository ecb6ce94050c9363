import fc from 'fast-check';
import type { Attack } from '../attack.ts';
import { findings } from '../check.ts';
import { corpus } from '../corpus.ts';
import { exchange } from '../exchange.ts';
import { HOSTILE_TEXTS, mutated } from '../hostile.ts';
import { verdict } from '../verdict.ts';
import { collections } from '../collections.ts';

const JSON_HEADERS = { 'content-type': 'application/json' };

/** What happens to the text of a body on its way. */
const damage = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ kind: 'none' as const, at: 0 }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('truncated' as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('invalid UTF-8' as const),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('twice' as const), at: fc.constant(0) }) },
);

function damaged(text: string, { kind, at }: { readonly kind: string; readonly at: number }): Buffer {
  const bytes = Buffer.from(text);
  const place = Math.floor(at * bytes.length);
  if (kind === 'truncated') return bytes.subarray(0, place);
  if (kind === 'twice') return Buffer.from(text + text);
  if (kind === 'invalid UTF-8')
    return Buffer.concat([bytes.subarray(0, place), Buffer.from([0xff, 0xc0, 0xed, 0xa0]), bytes.subarray(place)]);
  return bytes;
}

/** `PUT` with bodies that were valid once: refused whole and in Kuma's words, or taken whole. */
export const bodies: Attack = {
  name: 'mutated bodies over PUT',
  run: async (target, dose) => {
    const paths = await collections(target);
    const known = corpus().filter(({ type }) => paths.has(String(type)));
    const side = fc.constantFrom('global' as const, 'zone' as const);
    const property = fc.asyncProperty(
      side,
      mutated(known),
      fc.constantFrom(...HOSTILE_TEXTS),
      fc.boolean(),
      damage,
      async (to, body, oddName, odd, harm) => {
        const { type, name, mesh } = body;
        const { path, inMesh } = paths.get(type ?? '') ?? { path: 'meshes', inMesh: false };
        const called = odd || name === undefined ? oddName : name;
        const url = `${inMesh ? `/meshes/${encoded(mesh ?? 'default')}` : ''}/${path}/${encoded(called)}`;
        const before = await target.position();
        const answer = await exchange(target[to], 'PUT', url, JSON_HEADERS, damaged(body.text, harm));
        const complaint = verdict(answer);
        if (complaint) throw new Error(`PUT ${url.slice(0, 200)} ${complaint}`);
        if (answer.status < 300) return;
        const after = await target.position();
        if (after !== before)
          throw new Error(`refused with ${answer.status}, and yet the log went from ${before} to ${after}`);
      },
    );
    return findings(property, dose);
  },
};

/** A lone half of a surrogate pair cannot be written in a URL. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed()).slice(0, 6_000);
}
