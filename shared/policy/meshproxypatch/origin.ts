import type { JsonObject } from '../../resource/json.ts';
import { matchesTags } from '../tagSelector.ts';

/** Where a resource comes from, told by its name: Kuma's `match.origin`. */
export function originOf(name: string): string {
  if (name.startsWith('kuma:envoy:admin') || name === 'kuma:readiness') return 'admin';
  if (name === 'kuma:dns') return 'dns';
  if (name === '_kuma:dynamicconfig') return 'dynamic-config';
  if (name.startsWith('kuma:metrics:')) return 'prometheus';
  if (name.startsWith('probe:')) return 'probe';
  if (name.startsWith('tracing:')) return 'tracing';
  if (name.startsWith('direct_access')) return 'direct-access';
  if (name.includes(':passthrough:') || name.startsWith('self_transparentproxy')) return 'transparent';
  if (name.startsWith('inbound:') || name.startsWith('localhost:')) return 'inbound';
  return 'outbound';
}

/** Has a listener these tags in its metadata? A wanted value `*` is any. */
export function hasTags(listener: JsonObject, tags: Readonly<Record<string, string>> | undefined): boolean {
  if (!tags) return true;
  const metadata = listener.metadata as { filterMetadata?: Record<string, Record<string, string>> } | undefined;
  return matchesTags(tags, metadata?.filterMetadata?.['io.kuma.tags'] ?? {});
}
