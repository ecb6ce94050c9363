import type { NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { TIMEOUT_MS } from '../../nats/connect.ts';

const answerSchema = z.object({ error: z.object({ description: z.string() }).optional() });

/**
 * Has the hub's nats-server read its configuration and certificate anew, as `nats-server --signal reload` does: connections stay.
 * @param system global's connection at the system account @throws Error when the hub does not answer or refuses
 */
export async function reloadHub(system: NatsConnection): Promise<void> {
  const id = system.info?.server_id ?? '';
  const reply = await system.request(`$SYS.REQ.SERVER.${id}.RELOAD`, '', { timeout: 10 * TIMEOUT_MS });
  const { error } = answerSchema.parse(reply.json());
  if (error) throw new Error(`the hub keeps its old configuration: ${error.description}`);
}
