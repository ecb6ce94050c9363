import { matchesKey } from '../routeName.ts';
import type { MeshHTTPRouteConf, RouteRule } from './schema.ts';

/**
 * Folds confs in ascending priority. Within a policy the first rule wins, between policies the later conf: so rules go in
 * backwards, a rule whose matches were seen before is merged into what is there and takes the later place, and the
 * result is turned round again.
 */
export function mergeRoutes(confs: readonly MeshHTTPRouteConf[]): MeshHTTPRouteConf {
  const merged = new Map<string, RouteRule>();
  for (const { rules } of confs) {
    for (const rule of [...rules].reverse()) {
      const key = matchesKey(rule.matches);
      const before = merged.get(key);
      merged.delete(key);
      merged.set(key, before ? { ...rule, default: { ...before.default, ...rule.default } } : rule);
    }
  }
  return { rules: [...merged.values()].reverse() };
}
