import type { View } from '../../shared/view/view.ts';
import { StaleWrite, type ZoneLog } from '../replica/ports.ts';

type Deps = {
  readonly view: Pick<View, 'entries'>;
  readonly zone: string;
  readonly log: Pick<ZoneLog, 'put'>;
  readonly onError: (error: unknown) => void;
};

const BEAT_MS = 5_000;

/**
 * Writes this zone's ingresses once more, just as they are, when nobody has for a while: to the other zones it is the sign that
 * this one lives. @returns the function that ends it
 */
export function beat({ view, zone, log, onError }: Deps): () => void {
  /** Name → version at the last beat. */
  let before = new Map<string, number>();
  const timer = setInterval(() => {
    const own = [...view.entries('ZoneIngress', '')].filter(({ origin }) => origin === zone);
    const unchanged = own.filter(({ resource, version }) => before.get(resource.name) === version);
    before = new Map(own.map(({ resource, version }) => [resource.name, version]));
    for (const { resource, version } of unchanged)
      log.put(resource, version).catch((error) => {
        if (!(error instanceof StaleWrite)) onError(error);
      });
  }, BEAT_MS);
  return () => clearInterval(timer);
}
