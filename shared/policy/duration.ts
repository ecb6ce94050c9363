import { z } from 'zod';
import { formatGoDuration, goDurationFault, goDurationMs, protoDuration } from '../resource/goDuration.ts';

/** A Go duration in a policy, kept as Kuma prints it. */
export const duration = z.string().transform((text, context) => {
  const ms = goDurationMs(text);
  if (ms !== undefined) return formatGoDuration(ms);
  context.addIssue({
    code: 'custom',
    message: goDurationFault(text),
    params: { malformed: true },
  });
  return z.NEVER;
});

/** Milliseconds of a duration that was parsed before. */
export function milliseconds(text: string): number {
  return goDurationMs(text) ?? 0;
}

/** A mesh has a handful of durations, and every change for the whole mesh asks for each of them per service. */
const REMEMBERED = 1_000;
const known = new Map<string, string>();

/** In proto JSON, for Envoy. */
export function envoyDuration(text: string): string {
  let duration = known.get(text);
  if (duration !== undefined) return duration;
  if (known.size >= REMEMBERED) known.clear();
  known.set(text, (duration = protoDuration(milliseconds(text))));
  return duration;
}
