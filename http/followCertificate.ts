import type { Server } from 'node:https';
import { unwatchFile, watchFile } from 'node:fs';
import { secured, type Tls } from './app.ts';

const LOOK_MS = 5_000;

/**
 * Has a server use its certificate and key as they are in the files now, whenever one of them is replaced; connections stay.
 * Until the two belong together again it goes on with the ones it has. Returns the function that ends it.
 * @param read the files @param onError told why the new ones are not used
 */
export function followCertificate(
  server: Server,
  files: readonly string[],
  read: () => Tls | undefined,
  onError: (error: unknown) => void,
): () => void {
  const changed = () => {
    try {
      const tls = read();
      if (tls) server.setSecureContext(secured(tls));
    } catch (error) {
      onError(error);
    }
  };
  for (const file of files) watchFile(file, { interval: LOOK_MS, persistent: false }, changed);
  return () => {
    for (const file of files) unwatchFile(file, changed);
  };
}
