import { z } from 'zod';
import { table } from '../table.ts';

export const triedProxies = z.looseObject({
  total: z.number(),
  items: z.array(
    z.looseObject({
      type: z.string(),
      mesh: z.string().optional(),
      name: z.string(),
      labels: z.record(z.string(), z.string()).optional(),
      diff: z.array(z.unknown()),
    }),
  ),
});

/** Which proxies' Envoy configuration a change would touch. */
export function proxiesText({ total, items }: z.infer<typeof triedProxies>): string {
  if (total === 0) return 'no proxy would get another configuration';
  const rows = items.map(({ type, mesh = '', name, labels, diff }) => [
    labels?.['kuma.io/zone'] ?? '-',
    mesh || '-',
    type,
    labels?.['kuma.io/display-name'] ?? name,
    String(diff.length),
  ]);
  const head = `${total} ${total === 1 ? 'proxy' : 'proxies'} would get another configuration (-o yaml shows it)`;
  return `${head}\n${table(['ZONE', 'MESH', 'TYPE', 'NAME', 'DIFFERENCES'], rows)}`;
}
