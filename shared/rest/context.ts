import type { ResourceDescriptor } from '../resource/descriptor.ts';
import { NotFound } from './errors.ts';
import { oneAtATime } from './oneAtATime.ts';
import type { RestDeps } from './ports.ts';
import { type Shown, type ShownResources, shownResources } from './shown.ts';

/** What the handlers share: the shell's ports, and resources under the names that clients see. */
export interface RestContext extends RestDeps {
  readonly shown: ShownResources;
}

export function restContext(deps: RestDeps): RestContext {
  return {
    ...deps,
    shown: shownResources(deps.reader, deps.role),
    ...(deps.dryRun && { dryRun: oneAtATime(deps.dryRun) }),
  };
}

/** The descriptor of a type that the contract itself names. */
export function descriptorOf({ registry }: Pick<RestContext, 'registry'>, type: string): ResourceDescriptor {
  const descriptor = registry.byType(type);
  if (!descriptor) throw new Error(`this build has no resource type ${type}`);
  return descriptor;
}

/** Title of the error when the mesh of a path is not there; the older inspect endpoints have others. */
const NO_MESH = 'Failed to retrieve Mesh';

/** The mesh of a path must exist, whatever is asked of it. @throws NotFound */
export async function requireMesh(context: RestContext, mesh: string, title = NO_MESH): Promise<Shown> {
  const found = await context.shown.get(descriptorOf(context, 'Mesh'), '', mesh);
  if (!found) throw new NotFound(title);
  return found;
}

/**
 * One resource by the name that clients see; its mesh must exist.
 * @param title of the error when it is not there; without it the operation's own
 * @param noMesh title of the error when its mesh is not there
 * @throws NotFound
 */
export async function requireShown(
  context: RestContext,
  descriptor: ResourceDescriptor,
  mesh: string,
  name: string,
  title?: string,
  noMesh?: string,
): Promise<Shown> {
  if (descriptor.scope === 'Mesh') await requireMesh(context, mesh, noMesh);
  const found = await context.shown.get(descriptor, mesh, name);
  if (!found) throw new NotFound(title);
  return found;
}

/** Where a type's resources live: all collections that mean it, with and without the mesh. */
export interface Collection {
  /** `/meshes/:mesh/dataplanes` */
  readonly path: string;
  /** `/dataplanes`: the list over all meshes, read-only. */
  readonly acrossMeshes?: string;
}

export function collectionsOf({ path, pathAliases = [], scope }: ResourceDescriptor): Collection[] {
  return [path, ...pathAliases].map((one) =>
    scope === 'Mesh' ? { path: `/meshes/:mesh/${one}`, acrossMeshes: `/${one}` } : { path: `/${one}` },
  );
}

/** Types that REST knows. */
export function publicTypes({ registry }: Pick<RestContext, 'registry'>): readonly ResourceDescriptor[] {
  return registry.all.filter((descriptor) => !descriptor.internal);
}
