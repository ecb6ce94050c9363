import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { expect, test } from 'vitest';
import { startNatsServer } from './nats.ts';

async function connected<T>(servers: string, use: (connection: NatsConnection) => Promise<T>): Promise<T> {
  const connection = await connect({ servers, reconnect: false });
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

test('keeps a stream over a kill', async () => {
  const server = await startNatsServer({ domain: 'hub' });
  try {
    await connected(server.url, async (connection) => {
      await (await jetstreamManager(connection)).streams.add({ name: 'EVENTS', subjects: ['events.>'] });
      await jetstream(connection).publish('events.a', 'hello');
    });
    const before = server.pid;
    await server.kill();
    await server.restart();
    expect(server.pid).not.toBe(before);
    const messages = await connected(
      server.url,
      async (connection) => (await (await jetstreamManager(connection)).streams.info('EVENTS')).state.messages,
    );
    expect(messages).toBe(1);
  } finally {
    await server.stop();
  }
});

test('a configuration that nats-server refuses is reported with its words', async () => {
  await expect(startNatsServer('max_payload: "not a size"')).rejects.toThrow(/nats-server ended [\s\S]*nats\.conf:/);
});
