import { z } from 'zod';
import { post } from '../../http/post.ts';
import { StartError } from './startError.ts';

interface BootstrapCall {
  /** `https://host:5678` */
  readonly cpAddress: string;
  readonly caCert: string | undefined;
  /** This call only: Envoy always verifies what the bootstrap tells it to. */
  readonly skipVerify: boolean;
  readonly body: object;
}

type Deps = {
  readonly signal: AbortSignal;
  readonly log: (message: string, fields?: object) => void;
  readonly sleep: (ms: number) => Promise<void>;
  /** Milliseconds of a clock that only runs. */
  readonly now: () => number;
};

const CALL_TIMEOUT_MS = 10_000;
const LONGEST_WAIT_MS = 3_000;
const GIVE_UP_MS = 5 * 60_000;

const answerSchema = z.looseObject({ bootstrap: z.string().min(1) });

/**
 * Asks the control plane for the bootstrap configuration, as often as it takes: what is wrong with the network or with the
 * control plane may pass, as may a Dataplane that is not there yet (an empty 404); another 4xx does not, as
 * in Kuma's app/kuma-dp/pkg/dataplane/envoy/remote_bootstrap.go. @returns the configuration's text @throws StartError
 */
export async function requestBootstrap(call: BootstrapCall, { signal, log, sleep, now }: Deps): Promise<string> {
  const begin = now();
  for (let wait = 100; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    const problem = await attempt(call, signal);
    if ('bootstrap' in problem) return problem.bootstrap;
    signal.throwIfAborted();
    if (now() - begin + wait > GIVE_UP_MS)
      throw new StartError(`no bootstrap configuration from ${call.cpAddress} within 5 minutes: ${problem.retry}`);
    log(`${problem.retry}; trying again`, { controlPlane: call.cpAddress });
    await sleep(wait);
  }
}

async function attempt(call: BootstrapCall, signal: AbortSignal): Promise<{ bootstrap: string } | { retry: string }> {
  let answer: { status: number; body: string };
  try {
    answer = await post({
      url: new URL('/bootstrap', call.cpAddress),
      body: call.body,
      caCert: call.caCert,
      verify: !call.skipVerify,
      signal: AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]),
    });
  } catch (cause) {
    return { retry: `cannot reach the control plane: ${(cause as Error).message}` };
  }
  const { status, body } = answer;
  if (status === 200) {
    const bootstrap = bootstrapIn(body);
    if (bootstrap === undefined)
      throw new StartError(
        `${call.cpAddress} answered without a bootstrap configuration; --cp-address has to name the zone's dp-server`,
      );
    return { bootstrap };
  }
  if (status === 404 && body.trim() === '') return { retry: 'the control plane does not know this proxy yet' };
  if (status >= 500) return { retry: `the control plane answered ${status}: ${body.trim()}` };
  throw new StartError(`the control plane at ${call.cpAddress} refused this proxy (${status}): ${body.trim()}`);
}

/** The configuration's text; `undefined`: that is no answer of a control plane. */
function bootstrapIn(body: string): string | undefined {
  try {
    return Buffer.from(answerSchema.parse(JSON.parse(body)).bootstrap, 'base64').toString('utf8');
  } catch {
    return undefined;
  }
}
