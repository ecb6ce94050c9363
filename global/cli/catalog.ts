import { z } from 'zod';
import { CliError } from './cliError.ts';
import type { Connection } from './connection.ts';
import { didYouMean } from '../../shared/text/editDistance.ts';

const catalogBody = z.looseObject({
  resources: z.array(
    z.looseObject({
      name: z.string(),
      path: z.string(),
      scope: z.enum(['Mesh', 'Global']),
      readOnly: z.boolean().optional(),
      shortName: z.string().optional(),
      singularDisplayName: z.string().optional(),
      pluralDisplayName: z.string().optional(),
      includeInFederation: z.boolean().optional(),
      policy: z.looseObject({ isTargetRef: z.boolean() }).optional(),
    }),
  ),
});

/** What the control plane says of a resource type. */
export type ResourceType = z.infer<typeof catalogBody>['resources'][number];

/** The types that this control plane knows: nothing about types is built into the CLI. */
export async function fetchCatalog(connection: Connection): Promise<readonly ResourceType[]> {
  return catalogBody.parse(await connection.get('/_resources')).resources;
}

/** All spellings of a type: `MeshTimeout`, `meshtimeout`, `meshtimeouts`, `mesh-timeouts`, `mt`. */
function spellings(type: ResourceType): string[] {
  const words = (text: string | undefined) => text?.toLowerCase().split(' ') ?? [];
  const forms = [words(type.singularDisplayName), words(type.pluralDisplayName)].filter((w) => w.length > 0);
  const spelled = forms.flatMap((w) => [w.join(''), w.join('-')]);
  return [
    type.name.toLowerCase(),
    type.path,
    type.path.replaceAll('-', ''),
    ...spelled,
    ...(type.shortName ? [type.shortName] : []),
  ];
}

/** @throws CliError with what was probably meant, when no type is called so. */
export function findType(catalog: readonly ResourceType[], word: string): ResourceType {
  const wanted = word.toLowerCase();
  const found = catalog.find((type) => spellings(type).includes(wanted));
  if (found) return found;
  const near = didYouMean(wanted, catalog.flatMap(spellings));
  const paths = [
    ...new Set(near.map((spelling) => catalog.find((type) => spellings(type).includes(spelling))?.path ?? spelling)),
  ];
  const hint =
    paths.length > 0
      ? `Did you mean ${paths.join(' or ')}?`
      : `Known are ${catalog.map((type) => type.path).join(', ')}.`;
  throw new CliError(`there is no resource type "${word}". ${hint}`);
}

/** REST collection of a type; `mesh` is ignored for types of global scope. */
export function collectionPath(type: ResourceType, mesh: string): string {
  return type.scope === 'Mesh' ? `/meshes/${encodeURIComponent(mesh)}/${type.path}` : `/${type.path}`;
}

export function itemPath(type: ResourceType, mesh: string, name: string): string {
  return `${collectionPath(type, mesh)}/${encodeURIComponent(name)}`;
}
