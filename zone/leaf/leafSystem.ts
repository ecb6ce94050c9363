import type { KeyPair } from '@nats-io/nkeys';
import { AuthorizationError, connect, type NatsConnection } from '@nats-io/transport-node';
import type { LeafUser } from './leafUser.ts';
import { TIMEOUT_MS, type Trust, tlsTo } from '../../nats/connect.ts';
import { nkeyAuthenticator } from '../../nats/nkey.ts';
import { reloadServer } from '../../nats/reloadServer.ts';
import { writeErrors } from '../../nats/writeErrors.ts';

interface Options {
  readonly url: string;
  /** As of `LeafOptions`. */
  readonly ca: Trust;
  /** What the control planes of the zone prove themselves with at its system account. */
  readonly system: Prover & Partial<Pick<LeafUser, 'former'>>;
}

type Prover = Pick<KeyPair, 'getSeed'>;

/**
 * Has the zone's nats-server read its configuration and certificates anew; connections stay. One that does not know the newest key yet is
 * asked with a former one.
 * @throws Error when it does not answer, refuses, or knows none of our keys
 */
export async function reloadLeaf({ system, ...server }: Options): Promise<void> {
  const provers: readonly Prover[] = [system, ...(system.former?.() ?? [])];
  for (const [index, prover] of provers.entries()) {
    try {
      return await atSystem({ ...server, system: prover }, reloadServer);
    } catch (error) {
      const isUnknown = (error as Error).cause instanceof AuthorizationError;
      if (!isUnknown || index === provers.length - 1) throw error;
    }
  }
}

/** @throws Error when the zone's nats-server does not take that key. */
export async function tryLeaf({ user, ...server }: Omit<Options, 'system'> & { readonly user: Prover }): Promise<void> {
  await (await connectToSystem({ ...server, system: user })).close();
}

interface LeafHealth {
  /** Streams of the zone's nats-server that take no message any more. @throws as `reloadLeaf` */
  writeErrors(): Promise<string[]>;
  close(): Promise<void>;
}

/** Asks the zone's nats-server how it is, over a connection that is kept: a TLS handshake every two seconds is not nothing. */
export function leafHealth(options: Options): LeafHealth {
  let kept: Promise<NatsConnection> | undefined;
  let closed = false;
  const disconnect = async () => {
    const closing = kept;
    kept = undefined;
    await closing?.then((nats) => nats.close()).catch(() => {});
  };
  return {
    close: () => {
      closed = true;
      return disconnect();
    },
    writeErrors: async () => {
      // Who asks in the end would open a connection that nobody closes.
      if (closed) throw new Error('the nats-server is not asked any more');
      kept ??= connectToSystem(options);
      try {
        return await writeErrors(await kept);
      } catch (error) {
        // A server that was started again has another connection.
        await disconnect();
        throw error;
      }
    },
  };
}

async function atSystem<T>(options: Options, ask: (nats: NatsConnection) => Promise<T>): Promise<T> {
  const nats = await connectToSystem(options);
  try {
    return await ask(nats);
  } finally {
    await nats.close();
  }
}

function connectToSystem({ url, ca, system }: Options): Promise<NatsConnection> {
  return connect({
    servers: url,
    tls: tlsTo(url, ca),
    authenticator: nkeyAuthenticator(() => system.getSeed()),
    reconnect: false,
    timeout: 10 * TIMEOUT_MS,
  }).catch((cause: Error) => {
    const advice = 'have it read its configuration itself (nats-server --signal reload), or start it anew';
    const reason =
      cause instanceof AuthorizationError
        ? 'it does not know our key, or was started by an older version'
        : cause.message;
    throw new Error(`the nats-server at ${url} is not as it was configured here: ${reason}; ${advice}`, { cause });
  });
}
