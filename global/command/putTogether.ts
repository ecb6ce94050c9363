import { type Current, decide, type Decision } from '../../shared/event/decide.ts';
import type { Author, LogEvent, NewEvent } from '../../shared/event/event.ts';
import { keyOf, keyText, type Resource, type ResourceKey } from '../../shared/resource/resource.ts';
import type { WrittenTogether } from '../../shared/rest/ports.ts';
import { appendChange, openCurrent } from './appendChange.ts';
import { childrenOfMesh } from './companions.ts';
import type { CommandDeps } from './ports.ts';
import { companionsOf } from './resourceCommands.ts';

interface Wanted {
  readonly resource: Resource;
  /** What was taken out of it: written along, whatever is there now. */
  readonly secrets?: readonly Resource[];
  /** What the checks saw, secrets opened; the append refuses when it holds no more. */
  readonly existing: Current | undefined;
}

interface Unwanted {
  readonly key: ResourceKey;
  /** As the checks saw it. */
  readonly expectedVersion: number;
}

/**
 * Several resources in one change: all of them are in the log, or none is.
 * @param unwanted what is deleted in it; a Mesh goes with all that is in it
 * @param precondition throws when it may not be written upon what is there now
 * @param idempotency the same key and hash once more is answered as the first time, whatever happened since (for a day)
 * @throws VersionConflict, IdempotencyKeyReused, LogUnavailable
 */
export async function putTogether(
  deps: CommandDeps,
  wanted: readonly Wanted[],
  by: Author,
  {
    unwanted = [],
    precondition,
    idempotency,
  }: {
    readonly unwanted?: readonly Unwanted[];
    readonly precondition: () => void;
    readonly idempotency?: { readonly key: string; readonly requestHash: string };
  },
): Promise<WrittenTogether> {
  const earlier = idempotency && (await deps.log.answered(idempotency));
  if (earlier) return answered(wanted, earlier);
  precondition();
  const own = new Set(wanted.map(({ resource }) => keyText(keyOf(resource))));
  const decisions: Decision[] = [];
  const companions: NewEvent[] = [];
  for (const { resource, secrets = [], existing } of wanted) {
    const decision = decidePut(deps, resource, existing);
    const apart = await Promise.all(
      secrets.map(async (one) => decidePut(deps, one, await openCurrent(deps, await deps.log.current(keyOf(one))))),
    );
    const kept = apart.flatMap(({ events }) => events);
    companions.push(...kept);
    decisions.push(kept.length > 0 && decision.status === 'unchanged' ? { ...decision, status: 'updated' } : decision);
    if (decision.events.length === 0) continue;
    // What the author writes himself goes before what a new mesh is given.
    const given = await companionsOf(deps, resource, decision, existing?.resource);
    companions.push(...given.filter(({ key }) => !own.has(keyText(key))));
  }
  const events = [
    ...decisions.flatMap((decision) => decision.events),
    ...companions,
    ...(await deletions(deps, unwanted)),
  ];
  const statuses = decisions.map(({ status }) => status as WrittenTogether['statuses'][number]);
  if (events.length === 0) return { statuses };
  const appended = await appendChange(deps, events, by, idempotency);
  return { statuses, ...placeOf(appended) };
}

async function deletions(deps: CommandDeps, unwanted: readonly Unwanted[]): Promise<readonly NewEvent[]> {
  const own = new Set(unwanted.map(({ key }) => keyText(key)));
  const meshes = unwanted.filter(({ key }) => key.type === 'Mesh');
  const children = await Promise.all(meshes.map(({ key }) => childrenOfMesh(deps, key.name)));
  return [
    ...unwanted.map(({ key, expectedVersion }): NewEvent => {
      return { type: 'ResourceDeleted', key, resource: null, expectedVersion };
    }),
    ...children.flat().filter(({ key }) => !own.has(keyText(key))),
  ];
}

function decidePut(deps: CommandDeps, resource: Resource, existing: Current | undefined): Decision {
  const expectedVersion = existing?.version ?? 0;
  return decide({ kind: 'put', resource, expectedVersion }, existing, deps.now().toISOString());
}

/** The answer of the first request, from what it wrote. */
function answered(wanted: readonly Wanted[], events: readonly LogEvent[]): WrittenTogether {
  const types = new Map(events.map(({ key, type }) => [keyText(key), type]));
  const statuses = wanted.map(({ resource }) => {
    const type = types.get(keyText(keyOf(resource)));
    return type === undefined ? 'unchanged' : type === 'ResourceCreated' ? 'created' : 'updated';
  });
  return { statuses, ...placeOf(events) };
}

function placeOf(events: readonly LogEvent[]): Pick<WrittenTogether, 'change' | 'position'> {
  const last = events.at(-1);
  return last ? { change: last.change.id, position: last.position } : {};
}
