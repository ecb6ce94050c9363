import type { DataplaneSpec } from '../../resource/dataplane/spec.ts';
import { SERVICE_TAG } from '../../resource/tags.ts';
import type { RestContext } from '../context.ts';

/** All services that somebody in a mesh is or calls, sorted. */
export async function servicesIn({ reader }: Pick<RestContext, 'reader'>, mesh: string): Promise<string[]> {
  const services = new Set<string>();
  for (const { resource } of await reader.list('Dataplane', mesh)) {
    const { inbound = [], outbound = [], gateway } = (resource.spec as DataplaneSpec).networking;
    for (const { tags } of [...inbound, ...outbound, ...(gateway ? [gateway] : [])]) {
      const service = tags?.[SERVICE_TAG];
      if (service) services.add(service);
    }
  }
  return [...services].sort();
}
