import { z } from 'zod';

/**
 * A whole number, which a policy's own rules may want to be positive. Kuma's schemas say `int32` of all of them; Envoy's fields have one
 * bit more, and no room for larger ones.
 */
export const int32 = z.int32();

/** A number of something. */
export const count = z.int32().min(0);
