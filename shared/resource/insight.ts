/** What control planes observed of a proxy or a zone: DataplaneInsight, ZoneIngressInsight, ZoneInsight. */
export interface Insight {
  /** Oldest first; one for every connection that was made. */
  readonly subscriptions?: readonly Subscription[] | undefined;
  readonly mTLS?:
    | {
        readonly issuedBackend?: string | undefined;
        readonly supportedBackends?: readonly string[] | undefined;
        readonly [field: string]: unknown;
      }
    | undefined;
  readonly [field: string]: unknown;
}

export interface Subscription {
  readonly id: string;
  /** RFC 3339. */
  readonly connectTime?: string | undefined;
  /** RFC 3339; absent while the connection is there. */
  readonly disconnectTime?: string | undefined;
  readonly version?:
    | {
        readonly kumaDp?: { readonly version?: string | undefined } | undefined;
        readonly envoy?: { readonly version?: string | undefined } | undefined;
      }
    | undefined;
  readonly [field: string]: unknown;
}

/** Some subscription was opened and not closed. */
export function isOnline(insight: Insight | undefined): boolean {
  return (insight?.subscriptions ?? []).some(
    (one) => one.connectTime !== undefined && one.disconnectTime === undefined,
  );
}

/** Instance of the control plane that holds the connection; `undefined` when there is none. */
export function holderOf(insight: Insight | undefined): string | undefined {
  const open = insight?.subscriptions?.findLast(({ disconnectTime }) => disconnectTime === undefined);
  const instance = open?.controlPlaneInstanceId;
  return typeof instance === 'string' ? instance : undefined;
}
