import { isOnline, type Insight } from '../../resource/insight.ts';
import { providedCaSecrets } from '../../resource/mesh/providedCa.ts';
import { builtinCaSecrets, type MeshSpec } from '../../resource/mesh/spec.ts';
import type { Resource } from '../../resource/resource.ts';
import type { Violation } from '../../resource/violation.ts';
import type { RestContext } from '../context.ts';

/**
 * Why a resource may not go while something else needs it, in the words of Kuma's managers of that type.
 * @param meshOfChange its Mesh, as it is written together with the deletion; absent: as it is
 */
export async function inUseViolations(
  context: RestContext,
  resource: Resource,
  meshOfChange?: Resource,
): Promise<Violation[]> {
  switch (resource.type) {
    case 'Mesh':
      return meshInUse(context, resource.name);
    case 'Secret':
      return secretInUse(context, resource, meshOfChange);
    case 'Zone':
      return zoneInUse(context, resource.name);
    default:
      return [];
  }
}

async function meshInUse({ reader }: RestContext, mesh: string): Promise<Violation[]> {
  if ((await reader.list('Dataplane', mesh)).length === 0) return [];
  return [{ field: 'mesh', reason: 'unable to delete mesh, there are still some dataplanes attached' }];
}

async function secretInUse(
  { reader }: RestContext,
  { mesh, name }: Resource,
  meshOfChange?: Resource,
): Promise<Violation[]> {
  const stored = await reader.get({ type: 'Mesh', mesh: '', name: mesh });
  const meshes = meshOfChange ? [meshOfChange] : stored.map(({ resource }) => resource);
  const backends = meshes.flatMap(({ spec }) => (spec as MeshSpec).mtls?.backends ?? []);
  const user = backends.find((backend) =>
    [...Object.values(builtinCaSecrets(mesh, backend.name)), ...providedCaSecrets(backend)].includes(name),
  );
  if (!user) return [];
  return [
    {
      field: 'name',
      reason: `The secret "${name}" that you are trying to remove is currently in use in Mesh "${mesh}" in mTLS backend "${user.name}". Please remove the reference from the "${user.name}" backend before removing the secret.`,
    },
  ];
}

async function zoneInUse({ reader }: RestContext, name: string): Promise<Violation[]> {
  const insights = await reader.get({ type: 'ZoneInsight', mesh: '', name });
  if (!insights.some(({ resource }) => isOnline(resource.spec as Insight))) return [];
  return [{ field: 'zone', reason: 'unable to delete Zone, Zone CP is still connected, please shut it down first' }];
}
