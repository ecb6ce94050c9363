// The xDS schema (a Python wheel that holds the descriptors) and the TypeScript types made from it.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { command } from './command.js';
import { nodePath } from './node.js';
import { generatedDir, root, toolsDir } from './paths.js';
import { replaceFolder } from './replaceFolder.js';
import { digest, isStamped, stamp } from './stamp.js';
import { xdsProtosWheel } from './versions.js';
import { hasWheel, installWheel } from './wheel.js';

const here = dirname(fileURLToPath(import.meta.url));
const wheelFolder = join(toolsDir, 'xds-protos');
const generator = join(here, 'generateXds.js');
const inputs = ['generateXds.js', 'xdsDescriptors.py', 'xds-roots.txt'].map((name) => join(here, name));

const pluginVersion = () =>
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies['@bufbuild/protoc-gen-es'];
const wanted = () => digest(xdsProtosWheel, pluginVersion(), ...inputs.map((file) => readFileSync(file)));

export const xdsProtos = {
  title: 'xDS schema',
  isReady: () => hasWheel(wheelFolder, xdsProtosWheel),
  make: () =>
    installWheel(
      wheelFolder,
      xdsProtosWheel,
      'Check that the package index can be reached, then run `npm run setup` again.',
    ),
};

export const xdsTypes = {
  title: 'xDS types',
  isReady: () => isStamped(generatedDir, wanted()),
  async make() {
    const descriptors = await command('python3', [join(here, 'xdsDescriptors.py'), wheelFolder]);
    await replaceFolder(generatedDir, async (fresh) => {
      // The generator needs node_modules and the plugin needs Node 24, so it is a process of its own.
      await command(nodePath(), [generator, join(here, 'xds-roots.txt'), fresh], { input: descriptors, cwd: root });
      stamp(fresh, wanted());
    });
  },
};
