/**
 * What JetStream may take of the disk, in a nats-server's configuration: no limit of ours. Without it nats-server takes three quarters of
 * what is free when JetStream is switched on; on a full disk that is nothing, and it refuses all messages for as long as it runs.
 */
export const STORE_LIMIT = 'max_file_store: 1PB';
