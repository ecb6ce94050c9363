import { type Command, type Current, type Decision, decide, type Status } from '../../shared/event/decide.ts';
import type { Author, NewEvent } from '../../shared/event/event.ts';
import type { MeshSpec } from '../../shared/resource/mesh/spec.ts';
import { type Resource, type ResourceKey, keyOf, keyText } from '../../shared/resource/resource.ts';
import { VersionConflict } from '../log/errors.ts';
import { appendChange, openCurrent } from './appendChange.ts';
import { childrenOfMesh, companionsOfMesh, needsMaterial } from './companions.ts';
import type { CommandDeps } from './ports.ts';

export interface Written {
  readonly status: Status;
  /** Position of the change's last event; absent when nothing was appended. */
  readonly position?: number;
}

/** Without a condition of the author's own, a lost race is decided anew this many times before it is a conflict. */
const ATTEMPTS = 5;

/**
 * The walk's second step: a checked write becomes events upon the current state, and the events are appended.
 * @param seen what the checks saw, secrets opened: it is not read again, and the append refuses when it holds no more.
 * @throws VersionConflict when that is so, or the race is lost again and again; LogUnavailable.
 */
export async function putResource(
  deps: CommandDeps,
  resource: Resource,
  by: Author,
  seen?: { readonly current: Current | undefined },
): Promise<Written> {
  const key = keyOf(resource);
  const current = async () => (seen ? seen.current : currentOf(deps, key));
  const expectedVersion = seen && (seen.current?.version ?? 0);
  return command(deps, { kind: 'put', resource, expectedVersion }, current, by, (decision, before) =>
    companionsOf(deps, resource, decision, before),
  );
}

/** What is written along with a resource. */
export async function companionsOf(
  deps: CommandDeps,
  resource: Resource,
  { status }: Pick<Decision, 'status'>,
  before: Resource | undefined,
): Promise<readonly NewEvent[]> {
  if (
    resource.type !== 'Mesh' ||
    !needsMaterial(before as Resource<MeshSpec> | undefined, resource as Resource<MeshSpec>)
  )
    return [];
  return companionsOfMesh(deps, resource as Resource<MeshSpec>, status === 'created');
}

/** @throws VersionConflict, LogUnavailable */
export async function deleteResource(
  deps: CommandDeps,
  key: ResourceKey,
  by: Author,
  expectedVersion?: number,
): Promise<Written> {
  return command(
    deps,
    { kind: 'delete', key, expectedVersion },
    // Not opened: what cannot be read any more can be deleted.
    () => deps.log.current(key),
    by,
    async () => (key.type === 'Mesh' ? childrenOfMesh(deps, key.name) : []),
  );
}

async function currentOf(deps: CommandDeps, key: ResourceKey): Promise<Current | undefined> {
  return openCurrent(deps, await deps.log.current(key));
}

async function command(
  deps: CommandDeps,
  wanted: Command,
  read: () => Promise<Current | undefined>,
  by: Author,
  companions: (decision: Decision, before: Resource | undefined) => Promise<readonly NewEvent[]>,
): Promise<Written> {
  for (let attempt = 1; ; attempt++) {
    const current = await read();
    const decision = decide(wanted, current, deps.now().toISOString());
    if (decision.events.length === 0) return { status: decision.status };
    const events = [...decision.events, ...(await companions(decision, current?.resource))];
    try {
      const appended = await appendChange(deps, events, by);
      const position = appended.at(-1)?.position;
      return { status: decision.status, ...(position === undefined ? {} : { position }) };
    } catch (error) {
      const mayDecideAnew = error instanceof VersionConflict && isOurs(error, wanted) && attempt < ATTEMPTS;
      if (!mayDecideAnew) throw error;
    }
  }
}

/** Is a lost race ours to run again? An author who said which version he means is told when that is gone, not what else moved. */
function isOurs({ key }: VersionConflict, wanted: Command): boolean {
  if (wanted.expectedVersion === undefined) return true;
  return wanted.kind === 'delete' && keyText(key) !== keyText(wanted.key);
}
