import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Child } from './child.ts';
import { folderOf, GENERATION, type Ground, start } from './ground.ts';
import { writeSecretFile } from './runAs.ts';
import { findTool } from './tools.ts';

const TIMEOUT = 30_000;

/** How a control plane reaches its nats-server. */
export interface NatsAccess {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/**
 * Starts a nats-server with a configuration made for its folder; resolves when it takes connections.
 * @param config text of the configuration; `store` is where JetStream keeps its files
 * @throws StartError
 */
export async function startNats(
  ground: Ground,
  name: string,
  port: number,
  config: (store: string) => string,
): Promise<Child> {
  const folder = folderOf(ground, name);
  const file = writeSecretFile(join(folder, 'nats.conf'), config(join(folder, 'jetstream')), ground.runAs);
  const child = start(ground, { name, file: findTool('nats-server'), args: ['-c', file], generation: GENERATION.nats });
  const deadline = Date.now() + TIMEOUT;
  while (!(await greets(port))) {
    if (!child.running || Date.now() > deadline) throw child.neverReady(TIMEOUT);
    await wait(20);
  }
  child.markReady();
  return child;
}

/** A nats-server greets with `INFO`. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const done = (value: boolean) => {
      socket.destroy();
      resolve(value);
    };
    socket.once('data', (data) => done(data.toString().startsWith('INFO')));
    socket.once('error', () => done(false));
    socket.once('close', () => done(false));
  });
}
