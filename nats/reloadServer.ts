import type { NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { TIMEOUT_MS } from './connect.ts';

const answerSchema = z.object({ error: z.object({ description: z.string() }).optional() });

/**
 * Has a nats-server read its configuration and certificates anew, as `nats-server --signal reload` does: connections stay.
 * @param system a connection at its system account @throws Error when it does not answer or refuses
 */
export async function reloadServer(system: NatsConnection): Promise<void> {
  const id = system.info?.server_id ?? '';
  const reply = await system.request(`$SYS.REQ.SERVER.${id}.RELOAD`, '', { timeout: 10 * TIMEOUT_MS });
  const { error } = answerSchema.parse(reply.json());
  if (error) throw new Error(`the nats-server keeps its old configuration: ${error.description}`);
}
