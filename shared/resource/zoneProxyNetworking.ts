import type { z } from 'zod';
import { addressReason, isPort, PORT_REASON } from './address.ts';
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

/** Envoy's admin listens on loopback: the port of a zone proxy there must not be the same. */
export function adminViolations({ address, port, admin }: ZoneProxyNetworking): Violation[] {
  const field = 'networking.admin.port';
  if (admin?.port === undefined) return [];
  if (!isPort(admin.port)) return [{ field, reason: PORT_REASON }];
  return admin.port === port && address.startsWith('127.') ? [{ field, reason: 'must differ from port' }] : [];
}

/** What the address of a zone proxy may be. The path that ends in `address` once more is Kuma's. @param field path of the address */
export function zoneAddressViolations(address: string, field: string): Violation[] {
  const reason = addressReason(address);
  return reason === undefined ? [] : [{ field: `${field}.address`, reason }];
}

export function portViolations(port: number, field: string): Violation[] {
  return isPort(port) ? [] : [{ field, reason: PORT_REASON }];
}
