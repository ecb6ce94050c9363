/**
 * Headers of one message of a JetStream atomic batch (ADR-50): all are stored, one after the other, or none; it costs one fsync. The
 * last message is a request, and its reply has the sequence of the last one.
 * @param id of the batch, at most 64 characters
 * @param index from 0
 */
export function batchHeaders(id: string, index: number, size: number): Record<string, string> {
  return {
    'Nats-Batch-Id': id,
    'Nats-Batch-Sequence': String(index + 1),
    ...(index === size - 1 ? { 'Nats-Batch-Commit': '1' } : {}),
  };
}
