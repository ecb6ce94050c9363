import type { ZoneProxyNetworking } from '../zoneProxyNetworking.ts';

export interface ZoneIngressSpec {
  readonly zone?: string | undefined;
  readonly networking: ZoneProxyNetworking & {
    readonly advertisedAddress?: string | undefined;
    readonly advertisedPort?: number | undefined;
  };
  readonly availableServices?: readonly AvailableService[] | undefined;
}

/** One tag set that the zone serves, and how many healthy instances it has. */
export interface AvailableService {
  readonly tags: Readonly<Record<string, string>>;
  readonly instances: number;
  readonly mesh: string;
  readonly externalService?: boolean | undefined;
}

/** What the control plane of another zone found out about an ingress; it stays in that control plane's view. */
export interface ZoneIngressStatus {
  /** Neither heard nor reached: nothing is sent there. */
  readonly dead: boolean;
}
