import type { Author, LogEvent, NewEvent } from '../../shared/event/event.ts';
import type { Resource, ResourceKey } from '../../shared/resource/resource.ts';
import { isSecret, sealedIn } from '../../shared/resource/secret/sealedIn.ts';
import type { SecretSpec } from '../../shared/resource/secret/spec.ts';
import type { WrappedDataKey } from '../secret/secretSealer.ts';
import type { CommandDeps } from './ports.ts';

/**
 * Appends events as one change, secrets sealed on the way: nothing secret reaches the log in the clear.
 * @throws VersionConflict, IdempotencyKeyReused, LogUnavailable
 */
export async function appendChange(
  { log, sealer, newId }: CommandDeps,
  events: readonly NewEvent[],
  by: Author,
  idempotency?: { readonly key: string; readonly requestHash: string },
): Promise<readonly LogEvent[]> {
  const dataKeys: WrappedDataKey[] = [];
  const sealed = events.map((event): NewEvent => {
    const resource = event.resource as Resource<SecretSpec> | null;
    if (!resource || !isSecret(event.key)) return event;
    const { sealed: payload, dataKey } = sealer.seal(event.key, resource.spec.data ?? '');
    dataKeys.push(dataKey);
    return { ...event, resource: { ...resource, spec: { sealed: payload } } };
  });
  return log.append({
    id: newId(),
    by,
    events: sealed,
    dataKeys,
    ...aroundOf(events),
    ...(idempotency && { idempotency }),
  });
}

/**
 * What has to hold around the resources that are written, too: what is in a mesh needs the mesh, and one that is deleted leaves
 * nothing behind. The checks saw it so; others may have written since.
 */
function aroundOf(events: readonly NewEvent[]): {
  readonly needs: readonly ResourceKey[];
  readonly empties: readonly string[];
} {
  const meshes = events.filter(({ key }) => key.type === 'Mesh');
  const written = new Set(meshes.map(({ key }) => key.name));
  const needed = new Set(events.filter(({ resource }) => resource !== null).map(({ key }) => key.mesh));
  return {
    needs: [...needed].filter((mesh) => mesh && !written.has(mesh)).map((name) => ({ type: 'Mesh', mesh: '', name })),
    empties: meshes.filter(({ resource }) => resource === null).map(({ key }) => key.name),
  };
}

/** The current state with its secret opened, as a command decides on it; the same as stored for all other types. */
export async function openCurrent<C extends { readonly resource: Resource }>(
  { sealer }: CommandDeps,
  current: C | undefined,
): Promise<C | undefined> {
  const sealed = current && sealedIn(current.resource);
  if (!sealed) return current;
  const data = await sealer.open(current.resource, sealed);
  return { ...current, resource: { ...current.resource, spec: { data } } };
}
