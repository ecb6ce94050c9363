import { z } from 'zod';
import { formatGoDuration, goDurationFault, goDurationMs, protoDuration } from '../resource/goDuration.ts';

/** A mesh has a handful of durations: policies are read by the thousand, and every change for the whole mesh asks for each per service. */
const REMEMBERED = 1_000;

function remembering<T>(of: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    let found = known.get(text);
    if (found === undefined) {
      if (known.size >= REMEMBERED) known.clear();
      known.set(text, (found = of(text)));
    }
    return found;
  };
}

const printed = remembering((text) => {
  const ms = goDurationMs(text);
  return ms === undefined ? undefined : formatGoDuration(ms);
});

/** A Go duration in a policy, kept as Kuma prints it. */
export const duration = z.string().transform((text, context) => {
  const found = printed(text);
  if (found !== undefined) return found;
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

/** In proto JSON, for Envoy. */
export const envoyDuration = remembering((text) => protoDuration(milliseconds(text)));
