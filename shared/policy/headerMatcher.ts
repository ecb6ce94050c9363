import { z } from 'zod';
import type { HeaderMatcherJson } from '../xds/gen/envoy/config/route/v3/route_components_pb.d.ts';

/** Of the length and the form of a text Kuma's schema tells the first fault only. */
export const headerName = z
  .string()
  .max(256, { abort: true })
  .min(1, { abort: true })
  .regex(/^[a-z0-9!#$%&'*+\-.^_\x60|~]+$/);

/** A condition on a header, the same in routes and in retries. */
export const headerMatch = z.object({
  type: z.enum(['Exact', 'Present', 'RegularExpression', 'Absent', 'Prefix']).default('Exact'),
  name: headerName,
  value: z.string().optional(),
});

/** The condition for Envoy, in a route or a retry policy. */
export function headerMatcher({ type, name, value = '' }: z.infer<typeof headerMatch>): HeaderMatcherJson {
  switch (type) {
    case 'Exact':
      return { name, stringMatch: { exact: value } };
    case 'RegularExpression':
      return { name, stringMatch: { safeRegex: { regex: value } } };
    case 'Prefix':
      // Envoy refuses an empty prefix
      return value === '' ? { name, presentMatch: true } : { name, stringMatch: { prefix: value } };
    case 'Present':
      return { name, presentMatch: true };
    case 'Absent':
      return { name, presentMatch: false };
  }
}
