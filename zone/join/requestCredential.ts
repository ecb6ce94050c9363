import { z } from 'zod';
import { post } from '../../http/post.ts';

const answerSchema = z.object({ jwt: z.string(), expiresAt: z.string(), hubUrl: z.string(), ca: z.string() });
export type IssuedCredential = z.infer<typeof answerSchema>;

const refusalSchema = z.looseObject({ title: z.string(), detail: z.string().optional() });

interface CredentialRequest {
  /** REST API of global. */
  readonly globalUrl: string;
  readonly zone: string;
  /** Zone token with scope `cp`. */
  readonly token: string;
  /** Public nkey of the zone's nats-server. */
  readonly userKey: string;
  /** PEM of the CA that global's certificate is of; absent: those of the system. */
  readonly ca: string | undefined;
  readonly signal: AbortSignal;
}

/** Asks global for what the zone's nats-server joins the hub with. @throws Error that says why there is none. */
export async function requestCredential(request: CredentialRequest): Promise<IssuedCredential> {
  const { globalUrl, zone, token, userKey, ca, signal } = request;
  const url = new URL(`/zones/${encodeURIComponent(zone)}/credentials`, globalUrl);
  const { status, body } = await post({
    url,
    headers: { authorization: `Bearer ${token}` },
    body: { userKey },
    caCert: ca,
    signal,
  }).catch((cause: Error) => {
    const isUntrusted = /certificate|altname/i.test(cause.message);
    const advice = isUntrusted ? '; MERIDIAN_ZONE_GLOBAL_CA_FILE has to name the `ca.crt` that global wrote' : '';
    throw new Error(`cannot reach global at ${globalUrl}: ${cause.message}${advice}`, { cause });
  });
  if (status === 200) return answerSchema.parse(JSON.parse(body));
  throw new Error(`global at ${globalUrl} gives this zone no credential (${status}): ${reason(body)}`);
}

function reason(body: string): string {
  try {
    const { title, detail } = refusalSchema.parse(JSON.parse(body));
    return detail ? `${title}: ${detail}` : title;
  } catch {
    return body.trim();
  }
}
