import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { expect } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Resource } from '../../shared/resource/resource.ts';
import type { MemoryResources } from './memoryResources.ts';
import { NOW } from './restFixture.ts';

const exchange = z.strictObject({
  request: z.string(),
  why: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  /** JSON body. */
  body: z.unknown().optional(),
  /** Body as it is. */
  text: z.string().optional(),
  status: z.number(),
  /** JSON that the answer equals. */
  answer: z.unknown().optional(),
  /** JSON that the answer has at least. */
  contains: z.unknown().optional(),
  answerText: z.string().optional(),
  answerHeaders: z.record(z.string(), z.string()).optional(),
  /** The answer's violations, as `field: reason`. */
  violations: z.array(z.string()).optional(),
});

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

/** The `*.yaml` files of a folder: requests and what is answered, one after the other. A new case is a new file, or a few lines. */
export function scriptsIn(folder: URL): Script[] {
  return readdirSync(fileURLToPath(folder))
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => ({
      ...script.parse(parse(readFileSync(new URL(file, folder), 'utf8'))),
      name: file.replace(/\.yaml$/, ''),
    }));
}

export function seed(resources: MemoryResources, given: Script['given']): void {
  for (const { origin, ...resource } of given) {
    resources.seed({ ...resource, creationTime: NOW, modificationTime: NOW } as Resource, origin);
  }
}

/** Asks each request and compares the answers. Headers default to those of kumactl, from this very host. */
export async function play(app: FastifyInstance, exchanges: Script['exchanges']): Promise<void> {
  for (const { request, headers, body, text, ...expected } of exchanges) {
    const [method = '', url = ''] = request.split(' ');
    const payload = text ?? (body === undefined ? undefined : JSON.stringify(body));
    const answer = await app.inject({
      method: method as 'GET',
      url,
      headers: {
        host: '127.0.0.1:5681',
        ...(payload !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(payload !== undefined && { payload }),
    });
    const label = `${request} answered ${answer.body}`;
    expect(answer.statusCode, label).toBe(expected.status);
    if (expected.answer !== undefined) expect(answer.json(), label).toEqual(expected.answer);
    if (expected.contains !== undefined) expect(answer.json(), label).toMatchObject(expected.contains as object);
    if (expected.answerText !== undefined) expect(answer.body, label).toBe(expected.answerText);
    if (expected.answerHeaders !== undefined) expect(answer.headers, label).toMatchObject(expected.answerHeaders);
    if (expected.violations !== undefined) {
      const list: { field: string; reason: string }[] = answer.json().invalid_parameters ?? [];
      expect(
        list.map(({ field, reason }) => `${field}: ${reason}`),
        label,
      ).toEqual(expected.violations);
    }
  }
}
