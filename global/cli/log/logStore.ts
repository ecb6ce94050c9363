import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, renameSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { Command } from 'commander';
import { configOption } from '../../../runtime/configOption.ts';
import { GLOBAL_PREFIX, readGlobalConfig } from '../../config.ts';
import { checkBackup, type CheckedBackup } from '../../log/backup/checkBackup.ts';
import { restoreBackup } from '../../log/backup/restoreBackup.ts';
import { writeBackup } from '../../log/backup/writeBackup.ts';
import type { Db } from '../../log/db.ts';
import { openDb } from '../../log/openDb.ts';
import { migrate } from '../../log/migrate.ts';
import { rebuildState } from '../../log/state.ts';
import { CliError } from '../cliError.ts';
import type { CliDeps } from '../verb.ts';

interface StoreFlags {
  readonly config?: string;
}

/** Verbs that work on the event log's database itself, found by global's settings; an embedded one only while global is stopped. */
export function logStoreCommands(deps: CliDeps): Command[] {
  const store = (name: string, description: string) =>
    new Command(name).description(description).addOption(configOption(GLOBAL_PREFIX, "global's"));
  return [
    store('backup', 'write the whole event log to a file; .gz is compressed')
      .argument('<file>')
      .action(async (file: string, flags: StoreFlags) => {
        await withDb(flags, deps, (db) => writeFile(file, db));
        deps.out(`${told(file, await checkBackup(linesOf(file)))}\n`);
        deps.out(
          'The key that seals secrets is not in it: keep secrets.key, or what MERIDIAN_GLOBAL_SECRETS_KEY says, elsewhere.\n',
        );
      }),
    new Command('verify')
      .description(
        'read a backup to its end: whole, without gaps, and its events fold to the state that it was taken of',
      )
      .argument('<file>')
      .action(async (file: string) => deps.out(`${told(file, await checkBackup(linesOf(file)))}\n`)),
    store('restore', 'bring an empty database to what a backup holds')
      .argument('<file>')
      .option('--as-new', 'under a new id, for a new hub: zones fill themselves anew and drop what the backup has not')
      .action(async (file: string, { asNew, ...flags }: StoreFlags & { asNew?: boolean }) => {
        const logId = asNew ? randomUUID() : '';
        const backup = await withDb(flags, deps, (db) => restoreBackup(db, linesOf(file), { logId }));
        deps.out(`restored: ${told(file, backup)}\n${asNew ? `its id from now on: ${logId}\n` : ''}`);
      }),
    store('rebuild', 'make the current state anew from the events').action(async (flags: StoreFlags) => {
      const differing = await withDb(flags, deps, rebuildState);
      deps.out(
        differing.length === 0 ? 'nothing differed\n' : `${differing.join('\n')}\n${differing.length} differed\n`,
      );
    }),
  ];
}

async function withDb<T>({ config }: StoreFlags, deps: CliDeps, work: (db: Db) => Promise<T>): Promise<T> {
  const settings = readGlobalConfig(config, deps.env);
  const db = await openDb({ url: settings['store.url'], directory: settings['data.dir'] });
  try {
    await migrate(db);
    return await work(db);
  } finally {
    await db.close();
  }
}

/** Beside first: a file of that name is a whole backup. Readable by its owner only. */
async function writeFile(file: string, db: Db): Promise<void> {
  const part = `${file}.part`;
  const lines = async function* () {
    for await (const line of writeBackup(db)) yield `${line}\n`;
  };
  try {
    const out = createWriteStream(part, { mode: 0o600 });
    await (file.endsWith('.gz') ? pipeline(lines, createGzip(), out) : pipeline(lines, out));
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    const { path, message } = error as NodeJS.ErrnoException;
    throw path === part ? new CliError(`${file} cannot be written: ${message}`) : error;
  }
}

async function* linesOf(file: string): AsyncIterable<string> {
  const bytes = createReadStream(file);
  const input = file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  bytes.once('error', (error) => input.destroy(error));
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (cause) {
    const how = file.endsWith('.gz') ? ' as gzip' : '';
    throw new CliError(`${file} cannot be read${how}: ${(cause as Error).message}`);
  }
}

function told(file: string, { head, events, resources }: CheckedBackup): string {
  return `${file}: log ${head.logId}, ${events} events up to position ${head.head}, ${resources} resources, digest ${head.digest}`;
}
