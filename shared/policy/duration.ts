import { z } from 'zod';
import { formatGoDuration, goDurationMs, protoDuration } from '../resource/goDuration.ts';

/** A Go duration in a policy, kept as Kuma prints it. */
export const duration = z.string().transform((text, context) => {
  const ms = goDurationMs(text);
  if (ms !== undefined) return formatGoDuration(ms);
  context.addIssue({
    code: 'custom',
    message: `time: invalid duration ${JSON.stringify(text)}`,
    params: { malformed: true },
  });
  return z.NEVER;
});

/** Milliseconds of a duration that was parsed before. */
export function milliseconds(text: string): number {
  return goDurationMs(text) ?? 0;
}

/** In proto JSON, for Envoy. */
export function envoyDuration(text: string): string {
  return protoDuration(milliseconds(text));
}
