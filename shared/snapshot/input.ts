import type { Registry } from '../resource/registry.ts';
import type { View } from '../view/view.ts';
import type { AdminTrust } from './adminTrust.ts';
import type { Memo } from './memo.ts';
import type { Proxy, ZoneSettings } from './proxy.ts';

/** All that a snapshot follows from. */
export interface SnapshotInput {
  readonly view: View;
  readonly proxy: Proxy;
  readonly registry: Registry;
  readonly settings: ZoneSettings;
  /** What proxies know the control plane by when it asks for their admin API; absent: nobody is let in to that. */
  readonly adminTrust?: AdminTrust;
  /** Shared by the proxies of a zone, so that what two of them see alike is one object. Belongs to one registry. */
  readonly memo?: Memo;
}
