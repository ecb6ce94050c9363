import { z } from 'zod';

/** Subject of a zone's greeting, `cp.hello.<zone>`; answered by any global control plane. */
export const HELLO_PREFIX = 'cp.hello';

/** What a zone says when it comes up or when it lost global. */
export const helloSchema = z.object({
  zone: z.string().min(1),
  instance: z.string().min(1),
  version: z.string(),
  /** X25519, SPKI, DER, base64: secrets are sealed to it. */
  publicKey: z.string().min(1),
  /**
   * Which zone log there is, and the run of the server that serves it; absent: an older zone. When it differs from before, what the
   * hub remembers of the way to it is wrong: the zone's nats-server was started again, or lost its files.
   */
  log: z.string().optional(),
});
export type Hello = z.infer<typeof helloSchema>;

/** The hub's side of the zone is ready, or why it is not. */
export const welcomeSchema = z.union([
  z.object({
    logId: z.string(),
    /** Position of the last event that zones may see: a view that reaches less far is not complete. */
    head: z.number(),
    /** Stream of the hub → when the consumer was made that the zone's copy of it reads by, RFC 3339; absent: an older global. */
    consumers: z.record(z.string(), z.string()).optional(),
  }),
  z.object({ error: z.string() }),
]);
export type Welcome = z.infer<typeof welcomeSchema>;
