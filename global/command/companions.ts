import { canonicalJson } from '../../shared/resource/json.ts';
import type { NewEvent } from '../../shared/event/event.ts';
import { defaultPolicies } from '../../shared/policy/defaultPolicies.ts';
import type { MeshSpec } from '../../shared/resource/mesh/spec.ts';
import { keyOf, type Resource } from '../../shared/resource/resource.ts';
import { meshMaterial } from '../mesh/meshMaterial.ts';
import type { CommandDeps } from './ports.ts';

/**
 * Events that belong into the same change as a Mesh that is written: its signing key and CA when they are missing, and for
 * a new one the default policies, as with Kuma (`pkg/defaults/mesh/mesh.go`). So a mesh is complete the moment its PUT has answered.
 */
export async function companionsOfMesh(
  deps: CommandDeps,
  mesh: Resource<MeshSpec>,
  isNew: boolean,
): Promise<NewEvent[]> {
  const existing = new Set<string>();
  if (!isNew) for (const { resource } of await deps.log.list('Secret', mesh.name)) existing.add(resource.name);
  const now = deps.now();
  const secrets = await meshMaterial(mesh, (name) => !existing.has(name), now);
  const policies = isNew ? defaultPolicies(mesh, now.toISOString()) : [];
  const labelled = policies.map((policy) => ({ ...policy, labels: deps.labelsOf?.(policy) ?? policy.labels }));
  return [...secrets, ...labelled].map(created);
}

/** A mesh goes with all that is in it, in one change: nobody ever sees an orphan. */
export async function childrenOfMesh({ log }: CommandDeps, mesh: string): Promise<NewEvent[]> {
  const all = await log.listAll();
  return all
    .filter(({ key }) => key.mesh === mesh)
    .map(({ key, version }) => ({
      type: 'ResourceDeleted',
      key,
      resource: null,
      expectedVersion: version,
    }));
}

/** Does an update of a Mesh ask for a CA that may not be there yet? */
export function needsMaterial(before: Resource<MeshSpec> | undefined, after: Resource<MeshSpec>): boolean {
  return !before || canonicalJson(before.spec.mtls ?? {}) !== canonicalJson(after.spec.mtls ?? {});
}

function created(resource: Resource): NewEvent {
  return { type: 'ResourceCreated', key: keyOf(resource), resource, expectedVersion: 0 };
}
