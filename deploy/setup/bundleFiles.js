// Which sources the bundle is made of, and whether it is still what they say.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root, toolsDir } from './paths.js';

export const bundleDir = join(toolsDir, 'bundle');
export const inputsFile = 'inputs.json';

/** Looked at instead of all the files that were installed or generated with them. */
const STAND_FOR_MANY = ['node_modules/.package-lock.json', 'shared/xds/gen/.meridian-stamp', 'package-lock.json'];
const MANY = /(^|\/)(node_modules|shared\/xds\/gen)\//;

/** Folders in which the program finds its parts by itself (deploy/registry.ts). */
const FOUND_BY_FOLDER = ['shared/resource', 'shared/policy'];

/** Paths from the root of the checkout. */
export const doors = () =>
  FOUND_BY_FOLDER.flatMap((folder) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${folder}/${name}/index.ts`)
      .filter((door) => existsSync(join(root, door))),
  );

/** Changes with every change of the file. @param path from the root of the checkout */
const stateOf = (path) => {
  const { size, mtimeMs } = statSync(join(root, path), { throwIfNoEntry: false }) ?? {};
  return `${size} ${mtimeMs}`;
};

/** Collects the state of sources, each before it is read. */
export class Inputs {
  #files = new Map(STAND_FOR_MANY.map((path) => [path, stateOf(path)]));
  #doors = doors();

  /** @param path from the root of the checkout */
  add(path) {
    if (!MANY.test(path)) this.#files.set(path, stateOf(path));
  }

  get json() {
    return JSON.stringify({ doors: this.#doors, files: Object.fromEntries(this.#files) });
  }
}

/** Whether there is a bundle, and no source of it has changed since it was made: a few hundred looks. */
export function bundleIsFresh(folder = bundleDir) {
  const list = join(folder, inputsFile);
  if (!existsSync(list)) return false;
  const made = JSON.parse(readFileSync(list, 'utf8'));
  return (
    Object.entries(made.files).every(([path, state]) => stateOf(path) === state) && made.doors.join() === doors().join()
  );
}
