import { z } from 'zod';
import type { ResourceDescriptor } from './descriptor.ts';
import type { Insight } from './insight.ts';

const version = z.looseObject({ version: z.string().optional() });
const subscription = z.looseObject({
  id: z.string(),
  connectTime: z.string().optional(),
  disconnectTime: z.string().optional(),
  version: z.looseObject({ kumaDp: version.optional(), envoy: version.optional() }).optional(),
});
const insightSchema: z.ZodType<Insight> = z.looseObject({
  subscriptions: z.array(subscription).optional(),
  mTLS: z
    .looseObject({ issuedBackend: z.string().optional(), supportedBackends: z.array(z.string()).optional() })
    .optional(),
});

interface Definition {
  readonly type: string;
  readonly path: string;
  readonly pathAliases?: readonly string[];
  readonly scope: 'Mesh' | 'Global';
  readonly zoneToGlobal: boolean;
}

/** An insight: what control planes observed, written by them alone; REST shows it as it is. */
export function insightDescriptor({ zoneToGlobal, ...own }: Definition): ResourceDescriptor<Insight> {
  const name = own.type.replace(/(?<=[a-z])(?=[A-Z])/g, ' ');
  return {
    ...own,
    style: 'flat',
    singularDisplayName: name,
    pluralDisplayName: `${name}s`,
    writable: { standalone: false, global: false, zone: false },
    replication: { globalToZone: false, zoneToGlobal, acrossZones: false, keepsName: false },
    includeInFederation: false,
    readOnly: true,
    schema: insightSchema,
  };
}
