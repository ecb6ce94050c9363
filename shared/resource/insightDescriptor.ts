import { z } from 'zod';
import type { ResourceDescriptor } from './descriptor.ts';

interface Definition {
  readonly type: string;
  readonly path: string;
  readonly pathAliases?: readonly string[];
  readonly scope: 'Mesh' | 'Global';
  readonly zoneToGlobal: boolean;
}

/** An insight: what control planes observed, written by them alone; REST shows it as it is (kumactl-api §3). */
export function insightDescriptor({ zoneToGlobal, ...own }: Definition): ResourceDescriptor<Record<string, unknown>> {
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
    schema: z.record(z.string(), z.unknown()),
  };
}
