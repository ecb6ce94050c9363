import { JetStreamApiError } from '@nats-io/jetstream';

/** JetStream's codes: no such stream, no such consumer. */
const NOT_FOUND = [10_059, 10_014];

/** Asks for a stream or a consumer. @returns undefined when the server says that there is none */
export async function lookUp<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof JetStreamApiError && NOT_FOUND.includes(error.code)) return undefined;
    throw error;
  }
}
