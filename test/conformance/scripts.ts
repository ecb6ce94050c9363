import { z } from 'zod';
import { exchange, filesIn } from '../support/exchange.ts';

/** `alone`: a zone control plane without a global one. */
export const ROLES = ['alone', 'global', 'zone'] as const;
export type ServedRole = (typeof ROLES)[number];

const script = z.strictObject({
  /** Which control planes are asked. */
  roles: z.array(z.enum(ROLES)),
  exchanges: z.array(exchange),
  /** Deleted before and after, whatever is answered: `/meshes/conformance`. */
  cleanup: z.array(z.string()).default([]),
});

export type ConformanceScript = z.infer<typeof script> & { readonly name: string };

/** What a running control plane of any origin is asked; a new case is a new file in `exchanges/`. */
export function conformanceScripts(role: ServedRole): ConformanceScript[] {
  return filesIn(new URL('exchanges/', import.meta.url), script).filter(({ roles }) => roles.includes(role));
}
