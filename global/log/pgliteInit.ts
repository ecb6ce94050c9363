import { PGlite } from '@electric-sql/pglite';

/** `node pgliteInit.ts DIR`: makes an empty database there and ends. */
const db = await PGlite.create({ dataDir: process.argv[2] ?? '' });
await db.close();
