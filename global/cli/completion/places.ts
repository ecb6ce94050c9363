import { Argument, InvalidArgumentError } from 'commander';
import { collectionPath, fetchCatalog, findType } from '../catalog.ts';
import { namesIn } from '../notFound.ts';
import { type Completer, completed } from './completer.ts';

/** Names of the meshes that there are. */
export const meshes: Completer = ({ connection }) => namesIn(connection, '/meshes');

/** `<type>`: a resource type of the control plane. @param name `<type>` or `[type]` */
export function typeArgument(description?: string, name = '<type>'): Argument {
  return completed(new Argument(name, description), async ({ connection }) =>
    (await fetchCatalog(connection)).map(({ path }) => path),
  );
}

/** `<name>` of a resource of the type that the word before names. @param name `<name>` or `[name]` */
export function nameArgument(name = '<name>'): Argument {
  return completed(new Argument(name).argParser(someName), async ({ connection, words: [word = ''], mesh }) =>
    namesIn(connection, collectionPath(findType(await fetchCatalog(connection), word), mesh)),
  );
}

/** `<name>` of a resource in a collection. @param path of the collection in a mesh */
export function nameIn(path: (mesh: string) => string): Argument {
  return completed(new Argument('<name>').argParser(someName), ({ connection, mesh }) =>
    namesIn(connection, path(mesh)),
  );
}

/** An empty one would ask for the whole collection: a variable of a script that is not set. @throws InvalidArgumentError */
function someName(text: string): string {
  if (text === '') throw new InvalidArgumentError('It is empty.');
  return text;
}
