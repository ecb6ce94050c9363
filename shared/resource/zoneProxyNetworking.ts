import type { z } from 'zod';
import { ipAddressReason, isPort, PORT_REASON } from './address.ts';
import { message, requiredText, requiredUint32, uint32 } from './protoJson.ts';
import type { Violation } from './violation.ts';

/** Where a zone proxy listens: what ZoneIngress and ZoneEgress have in common. */
export interface ZoneProxyNetworking {
  readonly address: string;
  readonly port: number;
  readonly admin?: { readonly port?: number | undefined } | undefined;
}

/** The fields of `networking`, for the schemas of both. */
export const zoneProxyNetworkingFields = {
  address: requiredText,
  port: requiredUint32,
  admin: message({ port: uint32 }).optional(),
} satisfies Record<keyof ZoneProxyNetworking, z.ZodType>;

/** What these fields may hold (policies §1.3). */
export function networkingViolations({ address, port, admin }: ZoneProxyNetworking): Violation[] {
  const violations: Violation[] = [];
  const add = (field: string, reason: string) => violations.push({ field: `networking.${field}`, reason });
  const wrongAddress = ipAddressReason(address);
  if (wrongAddress !== undefined) add('address', wrongAddress);
  if (!isPort(port)) add('port', PORT_REASON);
  if (admin?.port === undefined) return violations;
  if (!isPort(admin.port)) add('admin.port', PORT_REASON);
  if (admin.port === port && address.startsWith('127.')) add('admin.port', 'must differ from port');
  return violations;
}
