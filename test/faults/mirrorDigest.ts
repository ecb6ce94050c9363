import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Digest } from '../../shared/event/digest.ts';
import { envelopeOf } from '../../shared/event/message.ts';
import { canonicalJson } from '../../shared/resource/json.ts';
import { keyText } from '../../shared/resource/resource.ts';
import { leafUser } from '../../zone/leaf/leafUser.ts';
import { connectToLeaf } from '../../zone/leaf/leafConnection.ts';
import type { FaultZone } from './world.ts';

/** What a zone control plane would fold that started from nothing but the mirror in the zone's nats-server. */
export async function mirrorDigest({ name, nats, server, env }: FaultZone): Promise<string> {
  const ca = readFileSync(join(server.folder, 'leaf.crt'), 'utf8');
  const dataFolder = env.MERIDIAN_ZONE_DATA_DIR ?? '';
  const leaf = await connectToLeaf({ url: nats.url, ca, user: leafUser(join(dataFolder, 'leaf-user.nk')), zone: name });
  try {
    const digest = new Digest((text) => createHash('sha256').update(text).digest());
    const { state } = await leaf.jsm.streams.info('EVENTS');
    if (state.messages === 0) return digest.hex;
    const consumer = await leaf.js.consumers.get('EVENTS');
    for await (const message of await consumer.consume()) {
      const headers: Record<string, string> = {};
      for (const [header, values] of message.headers ?? []) headers[header] = values[0] ?? '';
      const { key, version, content } = envelopeOf(message.seq, {
        subject: message.subject,
        headers,
        body: message.string(),
      });
      digest.set(keyText(key), version, content === undefined ? undefined : canonicalJson(content));
      if (message.info.pending === 0) break;
    }
    return digest.hex;
  } finally {
    await leaf.nats.close();
  }
}
