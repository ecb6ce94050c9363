// node makeBundle.js OUT: the program of zones and sidecars, with the packages that it uses, as few files of plain JavaScript.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { rolldown } from 'rolldown';
import { doors, Inputs, inputsFile } from './bundleFiles.js';
import { root } from './paths.js';

/** Commands that run from the sources. */
const OTHERS = /^(\.\.\/global|\.\/demo|\.\/standalone)\//;
const ABSENT = '\0absent';

const [out] = process.argv.slice(2);
const inputs = new Inputs();

const sources = {
  name: 'sources',
  resolveId: (name) => (OTHERS.test(name) ? ABSENT : null),
  load(id) {
    if (id === ABSENT) return "throw new Error('only zones and sidecars run from the bundle');";
    if (id.startsWith(root + sep)) inputs.add(relative(root, id).split(sep).join('/'));
    return null;
  },
};

const program = await rolldown({
  cwd: root,
  input: Object.fromEntries(['deploy/meridian.ts', ...doors()].map((path) => [path.replace(/\.ts$/, ''), path])),
  platform: 'node',
  logLevel: 'silent',
  plugins: [sources],
});
const { output } = await program.generate({
  format: 'esm',
  // Where the sources stand: what a module finds beside itself it finds there too.
  entryFileNames: '[name].js',
  chunkFileNames: 'deploy/[name]-[hash].js',
  // V8 keeps the text, and two bytes a letter of a file that has one beyond Latin-1.
  comments: false,
  charset: 'ascii',
  // For whoever looks at a stack trace: NODE_OPTIONS=--enable-source-maps.
  sourcemap: true,
});
await program.close();
for (const file of output) {
  const path = join(out, file.fileName);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, file.type === 'chunk' ? file.code : file.source);
}
writeFileSync(join(out, inputsFile), inputs.json);
