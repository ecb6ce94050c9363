import { z } from 'zod';
import { zoneName } from '../config/kinds.ts';
import type { RestContext } from './context.ts';
import { Invalid, Unauthenticated } from './errors.ts';
import { ok, type Route } from './http.ts';
import { parseJsonBody } from './jsonBody.ts';

/** The hub's own JetStream domain: no zone can have that name. */
const HUB_DOMAIN = 'global';

const name = zoneName.refine((value) => value !== HUB_DOMAIN, `"${HUB_DOMAIN}" is the name of the hub's own domain`);
const body = z.object({ userKey: z.string().regex(/^U[A-Z2-7]{55}$/, 'a public user nkey, U… of 56 characters') });

/**
 * `POST /zones/:name/credentials`: a zone's control plane presents its zone token as bearer and the public key of its
 * nats-server, and gets the credential that this server joins the hub with.
 */
export function zoneCredentialRoutes({ zoneCredentials }: RestContext): Route[] {
  if (!zoneCredentials) return [];
  return [
    {
      method: 'POST',
      path: '/zones/:name/credentials',
      title: 'Could not issue a credential',
      // The bearer is the zone's token, not a user's; the issuer verifies it.
      anonymous: true,
      handler: async (request) => {
        const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]?.trim();
        if (!token) throw new Unauthenticated();
        const zone = checked('name', name, request.params.name);
        const { userKey } = checked('', body, parseJsonBody(request.body));
        return ok(await zoneCredentials.issue({ zone, token, userKey }));
      },
    },
  ];
}

/** @throws Invalid */
function checked<T>(field: string, schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const violations = result.error.issues.map(({ path, message }) => ({
    field: [field, ...path].filter(Boolean).join('.'),
    reason: message,
  }));
  throw new Invalid(violations, undefined, 'Invalid request');
}
