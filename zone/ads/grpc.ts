import { type Metadata, status } from '@grpc/grpc-js';

const identity = (bytes: Buffer) => bytes;

/** A method whose messages go both ways as bytes: what is sent was encoded already, and requests are decoded by need. */
export const byteStream = (path: string) => ({
  path,
  requestStream: true,
  responseStream: true,
  requestSerialize: identity,
  requestDeserialize: identity,
  responseSerialize: identity,
  responseDeserialize: identity,
});

/** An error of admission may say its gRPC status; otherwise what the proxy said of itself is wrong. */
export function refusal(cause: unknown): { code: status; message: string } {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const { grpcStatus } = error as { grpcStatus?: status };
  return { code: grpcStatus ?? status.INVALID_ARGUMENT, message: error.message };
}

/** The raw token, without `Bearer`: as in Kuma there has to be exactly one value (pkg/xds/auth/callbacks.go). */
export function tokenOf(metadata: Metadata): string {
  const values = metadata.get('authorization');
  return values.length === 1 ? String(values[0]) : '';
}
