import { z } from 'zod';
import { collectionPath, itemPath, type ResourceType } from './catalog.ts';
import { CliError } from './cliError.ts';
import { ApiError, type Connection } from './connection.ts';
import { didYouMean } from '../../shared/text/editDistance.ts';
import { fetchAll } from './list.ts';

/** A resource that was asked for by name. */
export interface Asked {
  readonly type: ResourceType;
  readonly mesh: string;
  readonly name: string;
}

const named = z.looseObject({ name: z.string() });

/**
 * What a 404 means for whoever asked for a resource: there is no such mesh, or no resource of that name in it, and what is called alike.
 * @returns the cause itself when it is no 404
 */
export async function notFound(connection: Connection, { type, mesh, name }: Asked, cause: unknown): Promise<unknown> {
  if (!(cause instanceof ApiError) || cause.status !== 404) return cause;
  if (isMissingMesh(cause) && type.scope === 'Mesh') return noMesh(connection, mesh);
  if (type.name === 'Mesh') return noMesh(connection, name);
  const isInMesh = type.scope === 'Mesh';
  const list = isInMesh ? `${type.path} -m ${mesh}` : type.path;
  const near = await hint(connection, { path: collectionPath(type, mesh), name, list });
  return new CliError(`there is no ${type.name} "${name}"${isInMesh ? ` in mesh "${mesh}"` : ''}. ${near}`);
}

/** @throws CliError when there is no such resource, with what is called alike */
export async function requireThere(connection: Connection, asked: Asked): Promise<void> {
  await connection.get(itemPath(asked.type, asked.mesh, asked.name)).catch(async (cause: unknown) => {
    throw await notFound(connection, asked, cause);
  });
}

/** All of a collection in a mesh. @throws ApiError, CliError */
export async function fetchInMesh(connection: Connection, mesh: string, path: string): Promise<unknown[]> {
  return inKnownMesh(connection, mesh, fetchAll(connection, path));
}

/** What was asked for in a mesh; that the mesh is not there is told with what is called alike. @throws ApiError, CliError */
export async function inKnownMesh<T>(connection: Connection, mesh: string, asked: Promise<T>): Promise<T> {
  return asked.catch(async (cause: unknown) =>
    Promise.reject(cause instanceof ApiError && isMissingMesh(cause) ? await noMesh(connection, mesh) : cause),
  );
}

/** A missing mesh has its own answers, by the age of the endpoint; it must not be told as a missing resource. */
const NO_MESH = ['Failed to retrieve Mesh', 'Could not build MeshContext', 'Could not build mesh context'];

function isMissingMesh({ status, message }: ApiError): boolean {
  return status === 404 && NO_MESH.some((title) => message.startsWith(title));
}

async function noMesh(connection: Connection, mesh: string): Promise<CliError> {
  return new CliError(
    `there is no mesh "${mesh}". ${await hint(connection, { path: '/meshes', name: mesh, list: 'meshes' })}`,
  );
}

interface Missing {
  /** Collection that it is not in. */
  readonly path: string;
  readonly name: string;
  /** What `meridian get` is given to list that. */
  readonly list: string;
}

async function hint(connection: Connection, { path, name, list }: Missing): Promise<string> {
  const near = didYouMean(name, await namesIn(connection, path).catch(() => []));
  return near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `\`meridian get ${list}\` shows what there is.`;
}

/** Names of what a collection holds. @throws ApiError */
export async function namesIn(connection: Connection, path: string): Promise<readonly string[]> {
  return (await fetchAll(connection, path)).map((item) => named.parse(item).name);
}
