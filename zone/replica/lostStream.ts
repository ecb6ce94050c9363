import type { Origin } from '../../shared/resource/resource.ts';
import type { Changed, Entry, View } from '../../shared/view/view.ts';
import { StaleWrite, type ZoneLog } from './ports.ts';

/** Version of an entry whose message was lost with its stream: whatever comes from the new stream is newer. */
const UNROOTED = 0;
const NEWEST = Number.MAX_SAFE_INTEGER;
const AT_ONCE = 100;

/**
 * A stream was made anew, its sequences begin again: what the view has of it stays as it is, so that no proxy notices, but gives
 * way to anything that comes. @returns those entries, the oldest first.
 */
export function unroot(view: View, isOfStream: (origin: Origin) => boolean): Entry[] {
  const entries = [...view.all()].filter(({ origin }) => isOfStream(origin));
  for (const { origin, resource } of entries) {
    view.apply({ origin, key: resource, resource: null, version: NEWEST });
    view.apply({ origin, key: resource, resource, version: UNROOTED });
  }
  return entries.sort((a, b) => a.version - b.version);
}

/** Was its message lost with its stream, and has not come again? */
export function isUnrooted({ version }: Entry): boolean {
  return version === UNROOTED;
}

/** Takes away what is still unrooted once the new stream is complete: it was deleted meanwhile. */
export function removeUnrooted(view: View, isOfStream: (origin: Origin) => boolean): Changed[] {
  const gone = [...view.all()].filter((entry) => isUnrooted(entry) && isOfStream(entry.origin));
  return gone.flatMap(({ origin, resource }) => {
    return view.apply({ origin, key: resource, resource: null, version: NEWEST }) ?? [];
  });
}

/**
 * Writes what remained in the view into the zone's new log, each only if nobody has written it meanwhile.
 * @throws Error when the log goes away again; what is missing then may be written by calling it once more.
 */
export async function writeAnew(view: View, log: ZoneLog, entries: readonly Entry[]): Promise<void> {
  for (let from = 0; from < entries.length; from += AT_ONCE) {
    const chunk = entries.slice(from, from + AT_ONCE);
    await Promise.all(
      chunk.map(async ({ origin, resource }) => {
        const entry = view.get(resource, origin);
        if (!entry || !isUnrooted(entry)) return;
        await log.put(resource, 0).catch((error: Error) => {
          if (!(error instanceof StaleWrite)) throw error;
        });
      }),
    );
  }
}
