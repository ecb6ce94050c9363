import type { Progress } from './progress.ts';
import type { Row } from './report.ts';

/** A measurement that starts the system that it needs, and stops it; in a file of its own in rows/, found there. */
export interface Measurement {
  /** For `--rows`. */
  readonly name: string;
  /** @param rounds instead of its own number. @throws Error when the system does not start */
  readonly measure: (progress: Progress, rounds?: number) => Promise<Row[]>;
}
