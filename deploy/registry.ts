import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AnyDescriptor } from '../shared/resource/descriptor.ts';
import { createRegistry, type Registry } from '../shared/resource/registry.ts';

const ROOTS = ['../shared/resource/', '../shared/policy/'];

/**
 * Every resource type of this build, found by folder: adding a type or a policy is adding a folder, and no list grows.
 * A folder's `index.ts` exports `descriptor`, or `descriptors` where one noun has several types (Zone, ZoneInsight).
 */
export async function loadRegistry(): Promise<Registry> {
  const descriptors: AnyDescriptor[] = [];
  for (const root of ROOTS) {
    const base = new URL(root, import.meta.url);
    for (const entry of readdirSync(base, { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      const door = ['index.ts', 'index.js']
        .map((file) => new URL(`${entry.name}/${file}`, base))
        .find((url) => existsSync(fileURLToPath(url)));
      if (!door) continue;
      const module = (await import(door.href)) as { descriptor?: AnyDescriptor; descriptors?: AnyDescriptor[] };
      const found = module.descriptors ?? (module.descriptor ? [module.descriptor] : []);
      if (found.length === 0) throw new Error(`${root}${entry.name}/index exports neither descriptor nor descriptors`);
      descriptors.push(...found);
    }
  }
  return createRegistry(descriptors);
}
