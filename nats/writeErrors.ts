import type { NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { TIMEOUT_MS } from './connect.ts';

const answerSchema = z.object({
  data: z.object({
    errors: z.array(z.object({ stream: z.string().optional(), error: z.string() })).default([]),
  }),
});

/**
 * Streams of a nats-server that take no message any more, as it says in its health check, in its own words. A file store that failed to
 * write once refuses all that comes after, also when there is space again, until JetStream is switched off and on.
 * @param system a connection at its system account
 */
export async function writeErrors(system: NatsConnection): Promise<string[]> {
  const id = system.info?.server_id ?? '';
  const reply = await system.request(`$SYS.REQ.SERVER.${id}.HEALTHZ`, JSON.stringify({ details: true }), {
    timeout: 5 * TIMEOUT_MS,
  });
  const { errors } = answerSchema.parse(reply.json()).data;
  return errors.map(({ error }) => error).filter((error) => error.includes('write error'));
}
