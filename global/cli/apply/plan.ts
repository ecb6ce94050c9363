import { findType, type ResourceType } from '../catalog.ts';
import { describe } from '../change/change.ts';
import { CliError } from '../cliError.ts';
import type { ResourceDocument } from './documents.ts';

/** A document, and the type that it is of. */
export interface Planned {
  readonly document: ResourceDocument;
  readonly type: ResourceType;
  /** Empty for types of global scope. */
  readonly mesh: string;
}

/** Meshes first, since the others stand in them; otherwise in the order written. @throws CliError for a type that is not there */
export function planApply(documents: readonly ResourceDocument[], catalog: readonly ResourceType[]): Planned[] {
  const plan = documents.map((document) => {
    try {
      const type = findType(catalog, document.body.type);
      return { document, type, mesh: type.scope === 'Mesh' ? (document.body.mesh ?? 'default') : '' };
    } catch (cause) {
      throw cause instanceof CliError ? new CliError(`${document.where}: ${cause.message}`) : cause;
    }
  });
  const isMesh = (one: Planned) => one.type.name === 'Mesh';
  return [...plan.filter(isMesh), ...plan.filter((one) => !isMesh(one))];
}

/** The document as it is sent: with the type's own spelling, and the mesh that it is in. */
export function bodyOf({ document: { body }, type, mesh }: Planned): object {
  return type.scope === 'Mesh' ? { ...body, type: type.name, mesh } : { ...body, type: type.name };
}

export function describePlanned({ document, type, mesh }: Planned): string {
  return describe({ type: type.name, mesh, name: document.body.name });
}
