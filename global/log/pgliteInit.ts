import { PGlite } from '@electric-sql/pglite';

/** Of WASI: there is no space. */
const ENOSPC = 51;

/** `node pgliteInit.ts DIR`: makes an empty database there and ends; with 1 and the reason on standard error when it cannot. */
try {
  const db = await PGlite.create({ dataDir: process.argv[2] ?? '' });
  await db.close();
} catch (cause) {
  const { errno, message } = cause as Error & { readonly errno?: number };
  console.error(errno === ENOSPC ? 'there is no space left on that disk' : message || String(cause));
  process.exit(1);
}
