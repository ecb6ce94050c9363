/**
 * Has a nats-server (2.15 or later) name the consumer in the subjects that it wants answers about it on, in its configuration: else all
 * are called alike, `$JSC.R.<random>`, and permissions could not tell those of one zone from another's.
 */
export const SCOPED_REPLIES = 'feature_flags { js_api_reply_v2: true }';
