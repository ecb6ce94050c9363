import { z } from 'zod';
import type { Target } from './target.ts';

const resources = z.object({
  resources: z.array(z.looseObject({ name: z.string(), path: z.string(), scope: z.string() })),
});

export interface Collection {
  readonly path: string;
  readonly inMesh: boolean;
}

/** Where each type lives, as the control plane itself tells. */
export async function collections({ global }: Target): Promise<ReadonlyMap<string, Collection>> {
  const body = resources.parse(await (await fetch(`${global}/_resources`)).json());
  return new Map(body.resources.map(({ name, path, scope }) => [name, { path, inMesh: scope === 'Mesh' }]));
}
