import type { View } from '../../shared/view/view.ts';
import type { ZoneLog } from '../replica/ports.ts';

type Deps = {
  readonly view: Pick<View, 'entries'>;
  readonly zone: string;
  readonly log: Pick<ZoneLog, 'put'>;
  /** An ingress could not be written; a `StaleWrite`: somebody else has just written it. */
  readonly onFailed: (error: unknown) => void;
  /** All ingresses were written, by us or somebody else. */
  readonly onDone: () => void;
};

const BEAT_MS = 5_000;

/**
 * Writes this zone's ingresses once more, just as they are, when nobody has for a while: to the other zones it is the sign that
 * this one lives. @returns the function that ends it
 */
export function beat({ view, zone, log, onFailed, onDone }: Deps): () => void {
  /** Name → version at the last beat. */
  let before = new Map<string, number>();
  const timer = setInterval(() => {
    const own = [...view.entries('ZoneIngress', '')].filter(({ origin }) => origin === zone);
    const unchanged = own.filter(({ resource, version }) => before.get(resource.name) === version);
    before = new Map(own.map(({ resource, version }) => [resource.name, version]));
    Promise.all(unchanged.map(({ resource, version }) => log.put(resource, version))).then(onDone, onFailed);
  }, BEAT_MS);
  return () => clearInterval(timer);
}
