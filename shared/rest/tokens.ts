import { z } from 'zod';
import { requireRight } from './access.ts';
import type { Access } from './accessLists.ts';
import type { RestContext } from './context.ts';
import { goDurationFault, goDurationMs } from '../resource/goDuration.ts';
import type { Violation } from '../resource/violation.ts';
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

/** @param body as it came. @throws NotJson, RestError */
type Issue = (issuer: TokenIssuer, body: string, caller: Caller, access: Access) => Promise<string>;

/** `POST /tokens/dataplane|zone|user`: answers 200 with the bare JWT, as Kuma's `pkg/tokens/builtin/server`. */
export function tokenRoutes({ tokens, access }: RestContext): Route[] {
  const route = (path: string, issue: Issue): Route => ({
    method: 'POST',
    path,
    title: TITLE,
    produces: ['text/plain'],
    handler: async ({ body, caller }) => {
      if (!tokens) throw new RestError({ status: 400, detail: 'issuing tokens using the control plane is disabled.' });
      try {
        return text(200, await issue(tokens, body, caller, access));
      } catch (error) {
        // Kuma answers a body that is not JSON with a bare 400
        if (error instanceof NotJson) return text(400, '');
        throw error;
      }
    },
  });
  return [
    route('/tokens', dataplaneToken), // where Kuma had it before there were others
    route('/tokens/dataplane', dataplaneToken),
    route('/tokens/zone', zoneToken),
    route('/tokens/user', userToken),
  ];
}

const dataplaneToken: Issue = async (issuer, body, caller, access) => {
  const { validFor, ...claims } = parse(dataplaneBody, body);
  const { mesh, type } = claims;
  refuseIf([
    ...(mesh ? [] : [{ field: 'mesh', reason: 'cannot be empty' }]),
    ...lifetimeViolations(validFor),
    ...(PROXY_TYPES.includes(type) ? [] : [{ field: 'type', reason: `${type} is not a valid proxy type` }]),
  ]);
  const validForMs = lifetime(validFor);
  requireRight(access, 'generateDpToken', caller);
  return issuer.dataplane({ ...claims, ...(validForMs !== undefined && { validForMs }) });
};

const zoneToken: Issue = async (issuer, body, caller, access) => {
  const { zone, scope, validFor } = parse(zoneBody, body);
  requireRight(access, 'generateZoneToken', caller, ` for zone '${zone}'`);
  refuseIf([...(scope ? [] : [{ field: 'scope', reason: 'cannot be empty' }]), ...lifetimeViolations(validFor)]);
  const validForMs = lifetime(validFor);
  return issuer.zone({ zone, scope: scope ?? [], ...(validForMs !== undefined && { validForMs }) });
};

const userToken: Issue = async (issuer, body, caller, access) => {
  requireRight(access, 'generateUserToken', caller);
  const { name, groups, validFor } = parse(userBody, body);
  const validForMs = lifetime(validFor);
  refuseIf([
    ...(name ? [] : [{ field: 'name', reason: 'cannot be empty' }]),
    ...(validFor ? lifetimeViolations(validFor) : [{ field: 'validFor', reason: 'cannot be empty' }]),
    ...(validForMs === 0 ? [{ field: 'validFor', reason: 'cannot be empty or nil' }] : []),
  ]);
  return issuer.user({ name, groups: groups ?? null, validForMs: validForMs ?? 0 });
};

function text(status: number, body: string): Answer {
  return { status, body, contentType: 'text/plain' };
}

/** @throws NotJson, Invalid */
function parse<T>(schema: z.ZodType<T>, body: string): T {
  const result = schema.safeParse(parseJsonBody(body) ?? {});
  if (result.success) return result.data;
  throw new Invalid(
    result.error.issues.map(({ path, message }) => ({ field: path.join('.'), reason: message })),
    INVALID,
  );
}

/** Milliseconds; `undefined` when it is not given, or no duration. */
function lifetime(validFor: string): number | undefined {
  return validFor ? goDurationMs(validFor) : undefined;
}

function lifetimeViolations(validFor: string): Violation[] {
  if (!validFor) return [];
  if (goDurationMs(validFor) !== undefined) return [];
  return [{ field: 'validFor', reason: `is invalid: ${goDurationFault(validFor)}` }];
}

/** All that is wrong is told at once. @throws Invalid */
function refuseIf(violations: readonly Violation[]): void {
  if (violations.length > 0) throw new Invalid(violations, INVALID);
}
