import { z } from 'zod';

/** A whole number; as text, too, since that is how it comes from the environment, but not an empty one. */
const whole = (wanted: string) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value),
    z.number(wanted).int(wanted).min(0, wanted),
  );

const A_PORT = 'a port is 0 (any free one) to 65535';

/** The kinds of values that settings have. */
export const port = whole(A_PORT).refine((value) => value <= 65535, A_PORT);
export const milliseconds = whole('milliseconds, 0 or more');
export const text = z.union([z.string(), z.number().transform(String)], 'a text');
export const flag = z.union(
  [z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')],
  'true or false',
);
export const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']);

export const postgresUrl = z
  .string()
  .refine(
    (value) => value === '' || /^postgres(ql)?:\/\//.test(value),
    'a URL that starts with postgres://, or empty for the embedded log',
  );
export const natsUrl = z.string().regex(/^(nats|tls|ws|wss):\/\//, 'a URL such as nats://127.0.0.1:4222');
/** RFC 1123 label, as Kuma demands of zone names. */
export const zoneName = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
    'a zone name has 1 to 63 of a-z, 0-9 and -, and begins and ends with a letter or digit',
  );

export const bytes = whole('bytes, 1 or more').refine((value) => value > 0, 'bytes, 1 or more');
/** Comma-separated where it comes as text. */
export const list: z.ZodType<readonly string[]> = z.union([
  z.array(z.string()),
  z.string().transform((value) =>
    value
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean),
  ),
]);
export const regularExpressions: z.ZodType<readonly string[]> = list.refine(
  (values) => values.every(isRegularExpression),
  'regular expressions, comma-separated',
);

function isRegularExpression(source: string): boolean {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}
