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

/**
 * Envoy's admin listens on loopback: where a zone proxy listens or says that it does must not be the same place.
 * @param places further ones than that of the listener
 */
export function adminViolations(
  { address, port, admin }: ZoneProxyNetworking,
  ...places: readonly { readonly address?: string | undefined; readonly port?: number | undefined }[]
): Violation[] {
  const field = 'networking.admin.port';
  if (admin?.port === undefined) return [];
  if (!isPort(admin.port)) return [{ field, reason: PORT_REASON }];
  const isTaken = [{ address, port }, ...places].some(
    (place) => place.port === admin.port && place.address === '127.0.0.1',
  );
  return isTaken ? [{ field, reason: 'must differ from port' }] : [];
}

/** What the address of a zone proxy may be. The path that ends in `address` once more is Kuma's. @param field path of the address */
export function zoneAddressViolations(address: string, field: string): Violation[] {
  const reason = addressReason(address);
  return reason === undefined ? [] : [{ field: `${field}.address`, reason }];
}

/** @param field path of the port */
export function portViolations(port: number, field: string): Violation[] {
  return isPort(port) ? [] : [{ field, reason: PORT_REASON }];
}
