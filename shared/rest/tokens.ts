import { z } from 'zod';
import { requireRight } from './access.ts';
import type { Access } from './accessLists.ts';
import type { RestContext } from './context.ts';
import { goDurationMs } from '../resource/goDuration.ts';
import { Invalid, RestError } from './errors.ts';
import type { Answer, Route } from './http.ts';
import { NotJson, parseJsonBody } from './jsonBody.ts';
import type { Caller, TokenIssuer } from './ports.ts';

const TITLE = 'Could not issue a token';
const INVALID = 'Invalid request';
const PROXY_TYPES = ['', 'dataplane', 'ingress', 'egress'];

const words = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

const dataplaneBody = z.object({
  name: words,
  mesh: words,
  tags: z
    .record(z.string(), z.array(z.string()))
    .nullish()
    .transform((tags) => tags ?? {}),
  type: words,
  workload: words,
  validFor: words,
});
const zoneBody = z.object({ zone: words, scope: z.array(z.string()).nullish(), validFor: words });
const userBody = z.object({ name: words, groups: z.array(z.string()).nullish(), validFor: words });

type Issue = (issuer: TokenIssuer, body: unknown, caller: Caller, access: Access) => Promise<string>;

/** `POST /tokens/dataplane|zone|user`: answers 200 with the bare JWT (kumactl-api §7.3). */
export function tokenRoutes({ tokens, access }: RestContext): Route[] {
  const route = (kind: string, issue: Issue): Route => ({
    method: 'POST',
    path: `/tokens/${kind}`,
    title: TITLE,
    produces: ['text/plain'],
    handler: async ({ body, caller }) => {
      if (!tokens) throw new RestError({ status: 400, detail: 'this control plane issues no tokens' });
      try {
        return text(200, await issue(tokens, parseJsonBody(body), caller, access));
      } catch (error) {
        // Kuma answers a body that is not JSON with a bare 400
        if (error instanceof NotJson) return text(400, '');
        throw error;
      }
    },
  });
  return [route('dataplane', dataplaneToken), route('zone', zoneToken), route('user', userToken)];
}

const dataplaneToken: Issue = async (issuer, body, caller, access) => {
  const { validFor, ...claims } = parse(dataplaneBody, body);
  if (!claims.mesh) throw invalid('mesh', 'cannot be empty');
  if (!PROXY_TYPES.includes(claims.type)) throw invalid('type', `${claims.type} is not a valid proxy type`);
  const validForMs = lifetime(validFor);
  requireRight(access, 'generateDpToken', caller);
  return issuer.dataplane({ ...claims, ...(validForMs !== undefined && { validForMs }) });
};

const zoneToken: Issue = async (issuer, body, caller, access) => {
  requireRight(access, 'generateZoneToken', caller);
  const { zone, scope, validFor } = parse(zoneBody, body);
  if (!scope) throw invalid('scope', 'cannot be empty');
  const validForMs = lifetime(validFor);
  return issuer.zone({ zone, scope, ...(validForMs !== undefined && { validForMs }) });
};

const userToken: Issue = async (issuer, body, caller, access) => {
  const { name, groups, validFor } = parse(userBody, body);
  if (!name) throw invalid('name', 'cannot be empty');
  const validForMs = lifetime(validFor);
  if (!validForMs) throw invalid('validFor', 'cannot be empty or nil');
  requireRight(access, 'generateUserToken', caller);
  return issuer.user({ name, groups: groups ?? null, validForMs });
};

function text(status: number, body: string): Answer {
  return { status, body, contentType: 'text/plain' };
}

/** @throws Invalid */
function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new Invalid(
    result.error.issues.map(({ path, message }) => ({ field: path.join('.'), reason: message })),
    INVALID,
  );
}

/** @returns milliseconds; `undefined` when not given. @throws Invalid */
function lifetime(validFor: string): number | undefined {
  if (!validFor) return undefined;
  const ms = goDurationMs(validFor);
  if (ms === undefined) throw invalid('validFor', 'is not a valid duration, use for example 24h');
  if (ms < 0) throw invalid('validFor', 'must not be negative');
  return ms;
}

function invalid(field: string, reason: string): Invalid {
  return new Invalid([{ field, reason }], INVALID);
}
