import { resourceCases } from '../support/resourceCases.ts';

export type Body = Readonly<Record<string, unknown>>;

/** Bodies to begin with, valid and invalid: what the types' own tests have, moved into the mesh that exists. */
export function corpus(): readonly Body[] {
  const folders = ['../../shared/policy/', '../../shared/resource/'].map((path) => new URL(path, import.meta.url));
  const bodies = folders.flatMap((folder) =>
    resourceCases(folder).flatMap(({ cases }) => cases.map(({ body }) => body)),
  );
  return bodies.map((body) => ('mesh' in body ? { ...body, mesh: 'default' } : body));
}
