import { existsSync, readdirSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { isPolicyDescriptor } from '../../shared/policy/definePolicy.ts';
import { parseResource } from '../../shared/resource/parseResource.ts';
import { createRegistry, type Registry } from '../../shared/resource/registry.ts';
import { generateSnapshot } from '../../shared/snapshot/generateSnapshot.ts';
import type { SnapshotInput } from '../../shared/snapshot/input.ts';
import type { Snapshot } from '../../shared/xds/snapshot.ts';
import { View } from '../../shared/view/view.ts';
import { snapshotCase, snapshotCases } from './snapshotCase.ts';

/** The snapshot cases of all policies: `<policy>/testdata/*.input.yaml`. @param folder of the policies */
export function policyCases(folder: URL): URL[] {
  const policies = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const testdata = policies.map(({ name }) => new URL(`${name}/testdata/`, folder));
  return testdata.filter((one) => existsSync(one)).flatMap(snapshotCases);
}

/**
 * A case with only the policy whose folder it is in, and those that it mentions: other policies do something without being
 * configured, too. Policies are parsed as if they had come over REST. @throws Error when one of them is not valid
 */
export function policyCase(file: URL, all: Registry): SnapshotInput {
  const folder = file.pathname.split('/').at(-3);
  const input = snapshotCase(file, all);
  const view = new View();
  const types = new Set<string>();
  for (const descriptor of all.all) {
    for (const { resource, origin } of input.view.entriesOfType(descriptor.type)) {
      let parsed = resource;
      if (isPolicyDescriptor(descriptor)) {
        types.add(descriptor.type);
        const { spec, ...rest } = resource;
        const body = descriptor.style === 'flat' ? { ...rest, ...(spec as object) } : resource;
        const result = parseResource(descriptor, body, resource.creationTime);
        if (!result.ok) throw new Error(`${resource.name}: ${JSON.stringify(result)}`);
        parsed = result.resource;
      }
      view.apply({ origin, key: parsed, resource: parsed, version: view.revision + 1 });
    }
  }
  const isUsed = ({ type }: { type: string }) => types.has(type) || type.toLowerCase() === folder;
  return { ...input, view, registry: createRegistry(all.all.filter((one) => !isPolicyDescriptor(one) || isUsed(one))) };
}

/** What the policies of a case make different, by kind and name. */
export function policyEffect(input: SnapshotInput): Record<string, Record<string, unknown>> {
  const registry = createRegistry(input.registry.all.filter((one) => !isPolicyDescriptor(one)));
  const bare = generateSnapshot({ ...input, registry });
  const changed = Object.entries(generateSnapshot(input)).map(([kind, resources]) => {
    const before = bare[kind as keyof Snapshot];
    const different = [...resources].filter(([name, resource]) => !isDeepStrictEqual(resource, before.get(name)));
    return [kind, Object.fromEntries(different)] as const;
  });
  return Object.fromEntries(changed.filter(([, resources]) => Object.keys(resources).length > 0));
}
