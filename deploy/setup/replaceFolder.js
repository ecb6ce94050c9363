// Builds a folder elsewhere and moves it in as a whole: nobody ever sees half of it.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { workDir } from './paths.js';

/** `build(folder)` fills a fresh folder and may return the subfolder that is wanted instead of all of it. */
export async function replaceFolder(target, build) {
  mkdirSync(dirname(target), { recursive: true });
  mkdirSync(workDir, { recursive: true });
  const work = mkdtempSync(join(workDir, `${basename(target)}-`));
  try {
    const fresh = join(work, 'new');
    mkdirSync(fresh);
    const made = (await build(fresh)) ?? fresh;
    if (existsSync(target)) renameSync(target, join(work, 'old'));
    renameSync(made, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
