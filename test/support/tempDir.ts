import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TempDir {
  readonly path: string;
  remove(): Promise<void>;
}

/** An empty folder outside of the checkout, given to `owner` when a server runs as somebody else than we. */
export async function tempDir(name = 'test', owner?: { readonly uid: number; readonly gid: number }): Promise<TempDir> {
  const path = await mkdtemp(join(tmpdir(), `meridian-${name}-`));
  if (owner !== undefined) await chown(path, owner.uid, owner.gid);
  return {
    path,
    // A server that was just killed may still be writing.
    remove: () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}
