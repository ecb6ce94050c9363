import { keepLooking } from '../../runtime/keepLooking.ts';
import type { PreparedLeaf } from './prepareLeaf.ts';
import { reloadLeaf, tryLeaf } from './leafSystem.ts';

const LOOK_MS = 2_000;

type Deps = {
  readonly url: string;
  readonly leaf: Pick<PreparedLeaf, 'ca' | 'user' | 'system' | 'write'>;
  readonly onDone: () => void;
  /** As of `keepLooking`. */
  readonly onError: (error: Error) => void;
};

/**
 * Takes the zone's nats-server over to the next keys of its control planes, as soon as their files hold some. The server is told of the next
 * ones only. It then ends the connections that came with former ones, and the control planes come back with the next. Several of them may do
 * this at once, and it may be broken off anywhere: the former keys stay in the files until the server is known to take the next ones.
 * @returns the function that ends it
 */
export function keepLeafUsers(deps: Deps): () => void {
  const ended = new AbortController();
  void keepLooking(() => takeNext(deps), { every: LOOK_MS, onError: deps.onError, signal: ended.signal });
  return () => ended.abort();
}

/** Nothing is done where the files hold one key each. @throws Error when the nats-server does not take the next ones */
export async function takeNext({ url, leaf, onDone }: Omit<Deps, 'onError'>): Promise<void> {
  const { ca, user, system } = leaf;
  if (user.former().length + system.former().length === 0) return;
  leaf.write();
  // The server closes the connection that it is asked on when that came with a former key.
  const problem = await reloadLeaf({ url, ca, system }).catch((error: Error) => error);
  for (const one of [user, system])
    await tryLeaf({ url, ca, user: one }).catch((error: Error) => {
      throw problem ?? error;
    });
  for (const one of [user, system]) one.dropFormer();
  onDone();
}
