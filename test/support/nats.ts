import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../deploy/process/ports.ts';
import { Process } from '../../deploy/process/process.ts';
import { toolPath } from '../../deploy/setup/tools.ts';
import { tempDir } from './tempDir.ts';

export interface NatsServerOptions {
  /** More lines of configuration, after `listen`, `server_name` and `jetstream`. */
  readonly config?: string;
  /** Default true: JetStream with its files in a temporary folder. */
  readonly jetstream?: boolean;
  /** JetStream domain. */
  readonly domain?: string;
  readonly serverName?: string;
  /** A configuration that is there, listening on `port`, instead of all of the above. */
  readonly file?: { readonly path: string; readonly port: number };
}

export interface NatsServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly output: string;
  /** Ends it in order and removes its files. */
  stop(): Promise<void>;
  /** Lets it die; its files stay for `restart`. */
  kill(): Promise<void>;
  /** Starts it again on the same port and files, after `kill` or while it runs. */
  restart(): Promise<void>;
}

export async function startNatsServer(given: NatsServerOptions | string = {}): Promise<NatsServer> {
  const options = typeof given === 'string' ? { config: given } : given;
  const port = options.file?.port ?? (await freePort());
  const folder = await tempDir('nats');
  const file = options.file?.path ?? join(folder.path, 'nats.conf');
  if (!options.file)
    await writeFile(file, configuration(options, port, join(folder.path, 'jetstream')), { mode: 0o600 });
  const launch = async () => {
    const server = new Process({ name: 'nats-server', file: toolPath('nats-server'), args: ['-c', file] });
    await server.line(/Server is ready/);
    return server;
  };
  let server = await launch().catch(async (error: unknown) => {
    await folder.remove();
    throw error;
  });
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    get pid() {
      return server.pid;
    },
    get output() {
      return server.output;
    },
    async stop() {
      await server.stop();
      await folder.remove();
    },
    async kill() {
      await server.kill();
    },
    async restart() {
      await server.stop();
      server = await launch();
    },
  };
}

function configuration(options: NatsServerOptions, port: number, store: string): string {
  const lines = [`listen: "127.0.0.1:${port}"`, `server_name: "${options.serverName ?? `test-${port}`}"`];
  if (options.jetstream !== false) {
    const domain = options.domain === undefined ? '' : `, domain: "${options.domain}"`;
    lines.push(`jetstream { store_dir: "${store}"${domain} }`);
  }
  return [...lines, options.config ?? '', ''].join('\n');
}
