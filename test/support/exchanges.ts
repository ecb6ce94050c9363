import type { FastifyInstance } from 'fastify';
import { expect } from 'vitest';
import { z } from 'zod';
import type { Resource } from '../../shared/resource/resource.ts';
import { type Exchange, exchange, filesIn } from './exchange.ts';
import { exchangeMismatches } from './exchangeMismatches.ts';
import type { MemoryResources } from './memoryResources.ts';
import { NOW } from './restFixture.ts';

const seeded = z.strictObject({
  origin: z.string(),
  type: z.string(),
  mesh: z.string().default(''),
  name: z.string(),
  labels: z.record(z.string(), z.string()).default({}),
  spec: z.unknown(),
});

const script = z.strictObject({
  role: z.enum(['standalone', 'global', 'zone']),
  given: z.array(seeded).default([]),
  exchanges: z.array(exchange),
});

export type Script = z.infer<typeof script> & { readonly name: string };

/** The scripts of a folder: requests and what is answered, one after the other, upon what is given. */
export function scriptsIn(folder: URL): Script[] {
  return filesIn(folder, script);
}

export function seed(resources: MemoryResources, given: Script['given']): void {
  for (const { origin, ...resource } of given) {
    resources.seed({ ...resource, creationTime: NOW, modificationTime: NOW } as Resource, origin);
  }
}

/** Asks each request and compares the answers. Headers default to those of kumactl, from this very host. */
export async function play(app: FastifyInstance, exchanges: readonly Exchange[]): Promise<void> {
  for (const one of exchanges) {
    const [method = '', url = ''] = one.request.split(' ');
    const payload = one.text ?? (one.body === undefined ? undefined : JSON.stringify(one.body));
    const { statusCode, headers, body } = await app.inject({
      method: method as 'GET',
      url,
      headers: {
        host: '127.0.0.1:5681',
        ...(payload !== undefined && { 'content-type': 'application/json' }),
        ...one.headers,
      },
      ...(payload !== undefined && { payload }),
    });
    expect(exchangeMismatches(one, { status: statusCode, headers, body }), one.request).toEqual([]);
  }
}
