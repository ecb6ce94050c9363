/** When another zone's ingress was last seen to be there, milliseconds of a clock that only runs. */
interface SignsOfLife {
  /** Its zone was last heard of through the hub. */
  readonly heard: number;
  /** It last took a connection from here; 0: never tried. */
  readonly reached: number;
}

/**
 * `alive`: its zone is heard. `doubted`: the zone is silent; its ingress is tried from here. `dead`: for the whole configured time
 * it was neither heard nor reached.
 */
type Liveness = 'alive' | 'doubted' | 'dead';

/** A zone says something every 5 s; two of these missed are no accident. */
const DOUBT_AFTER_MS = 12_000;

/**
 * Silence alone proves nothing: a zone that is cut off from the hub still serves. So an ingress is dead only when it cannot be
 * reached either (docs/decisions/0007-dead-zones.md).
 * @param deadAfter milliseconds
 */
export function livenessOf({ heard, reached }: SignsOfLife, now: number, deadAfter: number): Liveness {
  if (now - heard <= Math.min(DOUBT_AFTER_MS, deadAfter / 2)) return 'alive';
  return now - Math.max(heard, reached) > deadAfter ? 'dead' : 'doubted';
}
