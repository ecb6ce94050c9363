import { vi } from 'vitest';

/** Far longer than anything takes: a busy machine stands still for seconds, and no test asserts how long something lasts. */
const LIMIT_MS = 90_000;

/**
 * Resolves when the assertion holds; it is tried every 25 ms.
 * @param limit milliseconds until it is given up @throws what the assertion threw last
 */
export function eventually<T>(assertion: () => T | Promise<T>, limit = LIMIT_MS): Promise<T> {
  return vi.waitFor(assertion, { timeout: limit, interval: 25 });
}
