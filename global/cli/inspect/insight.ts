import { z } from 'zod';

const count = z.union([z.string(), z.number()]).transform(Number).optional();

const subscription = z.looseObject({
  connectTime: z.string().optional(),
  disconnectTime: z.string().optional(),
  config: z.string().optional(),
  status: z
    .looseObject({
      lastUpdateTime: z.string().optional(),
      total: z.looseObject({ responsesSent: count, responsesAcknowledged: count, responsesRejected: count }).optional(),
    })
    .optional(),
  version: z
    .looseObject({
      kumaCp: z.looseObject({ version: z.string().optional(), meridian: z.string().optional() }).optional(),
      kumaDp: z.looseObject({ version: z.string().optional() }).optional(),
      envoy: z.looseObject({ version: z.string().optional() }).optional(),
    })
    .optional(),
});

/** What insights of Dataplanes, zones and zone proxies have in common: Kuma's `DiscoverySubscription` and `KDSSubscription`, whose 64-bit counts are strings in JSON. */
export const insight = z.looseObject({ subscriptions: z.array(subscription).optional() });

export type Insight = z.infer<typeof insight>;

/** An insight summed up over its subscriptions, as one row of a table. */
interface Connectivity {
  readonly online: boolean;
  readonly connectTime: string | undefined;
  readonly updateTime: string | undefined;
  readonly sent: number;
  readonly rejected: number;
  readonly last: z.infer<typeof subscription> | undefined;
}

export function connectivityOf(value: Insight | undefined): Connectivity {
  const subscriptions = value?.subscriptions ?? [];
  const last = subscriptions.at(-1);
  const sum = (pick: (s: z.infer<typeof subscription>) => number | undefined) =>
    subscriptions.reduce((total, s) => total + (pick(s) ?? 0), 0);
  return {
    online: subscriptions.some((s) => s.connectTime !== undefined && s.disconnectTime === undefined),
    connectTime: last?.connectTime,
    updateTime: last?.status?.lastUpdateTime,
    sent: sum((s) => s.status?.total?.responsesSent),
    rejected: sum((s) => s.status?.total?.responsesRejected),
    last,
  };
}
