import type { EditListener } from '../policy/context.ts';
import type { ListenerJson } from '../xds/gen/envoy/config/listener/v3/listener_pb.d.ts';
import type { Memo } from './memo.ts';

/**
 * Edits listeners that proxies share, so that the result is one object again: for all proxies whose edits have one key, or for each
 * proxy, as long as its Dataplane stays the same.
 */
export function listenerEdits(
  dataplane: object,
  memo: Memo,
): { readonly shared: EditListener; readonly own: EditListener } {
  return {
    shared: (set, name, key, change) => {
      const listener = set.get('listener', name);
      if (listener)
        set.put(
          'listener',
          name,
          memo.from(listener, key, () => edited(listener, change)),
        );
    },
    own: (set, name, key, change) => {
      const listener = set.get('listener', name);
      if (!listener) return;
      const kept = memo.from<Kept>(dataplane, `edited ${name}`, () => ({}));
      if (kept.from !== listener || kept.key !== key)
        Object.assign(kept, { from: listener, key, made: edited(listener, change) });
      if (kept.made) set.put('listener', name, kept.made);
    },
  };
}

interface Kept {
  from?: ListenerJson;
  key?: string;
  made?: ListenerJson;
}

function edited(listener: ListenerJson, change: (copy: ListenerJson) => void): ListenerJson {
  const copy = structuredClone(listener);
  change(copy);
  return copy;
}
