import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../../deploy/process/ports.ts';
import { Process } from '../../deploy/process/process.ts';
import { postgresBinaries, postgresUser } from './postgresBinaries.ts';
import { type TempDir, tempDir } from './tempDir.ts';

export interface Postgres {
  /** Of the database `postgres`; use `createDatabase` for one that is empty and yours. */
  readonly url: string;
  readonly port: number;
  readonly output: string;
  /** The URL of a new, empty database. */
  createDatabase(): Promise<string>;
  /** Ends it in order and removes its files. */
  stop(): Promise<void>;
  /** Lets it die as in a crash; its files stay for `restart`. */
  kill(): Promise<void>;
  /** @param env further environment of this start only */
  restart(env?: Readonly<Record<string, string>>): Promise<void>;
}

/** A real PostgreSQL of its own, as durable as in production (fsync on). */
export async function startPostgres(): Promise<Postgres> {
  const folder = await tempDir('postgres', postgresUser);
  try {
    return await startIn(folder);
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

async function startIn(folder: TempDir): Promise<Postgres> {
  const port = await freePort();
  const binaries = postgresBinaries(folder.path);
  const data = join(folder.path, 'data');
  await initialise(binaries, data);
  const launch = (env?: Readonly<Record<string, string>>) => launchServer(binaries, data, port, env);
  const urlOf = (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`;
  let server = await launch();
  let databases = 0;
  return {
    url: urlOf('postgres'),
    port,
    get output() {
      return server.output;
    },
    async createDatabase() {
      databases += 1;
      const name = `test_${databases}`;
      await execute(urlOf('postgres'), `create database ${name}`);
      return urlOf(name);
    },
    async stop() {
      await server.stop();
      await folder.remove();
    },
    async kill() {
      await server.kill();
    },
    async restart(env) {
      await server.stop();
      server = await launch(env);
    },
  };
}

async function initialise(binaries: string, data: string): Promise<void> {
  // initdb need not flush: a data folder lost with the machine's power is of no use to anybody.
  const args = ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
  const initdb = new Process({ name: 'initdb', file: join(binaries, 'initdb'), args, cwd: '/', ...postgresUser });
  const { code } = await initdb.exited;
  if (code !== 0) throw new Error(`initdb failed\n${initdb.output}`);
}

async function launchServer(
  binaries: string,
  data: string,
  port: number,
  env: Readonly<Record<string, string>> = {},
): Promise<Process> {
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    'fsync=on',
    'max_connections=200',
    'lc_messages=C',
  ];
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
  const file = join(binaries, 'postgres');
  const deadline = Date.now() + 30_000;
  for (;;) {
    // SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
    const server = new Process({ name: 'postgres', file, args, env, cwd: '/', stopSignal: 'SIGINT', ...postgresUser });
    try {
      await server.line(/database system is ready to accept connections/);
      return server;
    } catch (error) {
      await server.stop();
      // After a kill the old server's children hold its shared memory for a moment.
      const held = /pre-existing shared memory block|lock file .* already exists/.test(server.output);
      if (!held || Date.now() > deadline) throw error;
      await sleep(100);
    }
  }
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
