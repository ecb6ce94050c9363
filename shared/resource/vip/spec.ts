/**
 * A claim of a virtual IP in the zone's log, named by its address: the first message on a subject wins by
 * compare-and-set, so no address is given twice; when a service has two, the earlier claim (lower version) counts.
 */
export interface VipSpec {
  /** Value of the `kuma.io/service` tag. */
  readonly service: string;
}
