import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Child } from './child.ts';
import { GENERATION, type Ground, start } from './ground.ts';
import { findTool } from './tools.ts';

const TIMEOUT = 60_000;

/**
 * Starts a nats-server; resolves when it takes connections.
 * @param config file that its control plane has written
 * @throws StartError
 */
export async function startNats(ground: Ground, name: string, port: number, config: string): Promise<Child> {
  const child = start(ground, {
    name,
    file: findTool('nats-server'),
    args: ['-c', config],
    generation: GENERATION.nats,
  });
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
