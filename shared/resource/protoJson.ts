import { z } from 'zod';
import { formatProtoDuration, goDurationFault, goDurationMs } from './goDuration.ts';
import { cannotUnmarshal, cannotUnmarshalNumber } from './goJson.ts';

/**
 * The kinds of fields that Kuma's flat types have. They are protobuf messages, so their JSON follows protobuf's rules
 * (https://protobuf.dev/programming-guides/json): camelCase or snake_case names, null is absent, enum names or numbers,
 * numbers also as strings; zero values are the same as absent ones and are not shown again.
 */

/** A message of these fields. Unknown fields are dropped. */
export function message<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.preprocess(camelCased, z.object(shape).transform(withoutUndefined));
}

/** The fields of a message under the names that they have here, without those that are null. */
export function camelCased(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const given = Object.entries(value);
  // As nearly everybody writes it. A proxy brings some fifty messages with it.
  if (given.every(([name, field]) => field !== null && !name.includes('_'))) return value;
  const fields = given.filter(([, field]) => field !== null);
  return Object.fromEntries(fields.map(([name, field]) => [camelCase(name), field]));
}

/** Of a field's name in either of protobuf's spellings the one that is shown. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function withoutUndefined<T extends object>(value: T): T {
  if (!Object.values(value).includes(undefined)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}

const fromDigits = (value: unknown) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value);
const number = z.preprocess(fromDigits, z.number().int().min(0).max(0xffff_ffff));

/** A number that must be given; absent is 0, which its own rule may refuse. */
export const requiredUint32 = z.preprocess((value) => value ?? 0, number);
export const uint32 = number.transform(orAbsent).optional();
/** A wrapped number: 0 and absent differ. */
export const optionalUint32 = number.optional();
/** A wrapped number with a fraction. */
export const optionalDouble = z
  .preprocess(
    (value) => (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value),
    z.number({ error: ({ input }) => cannotUnmarshalNumber(input, 'float64') }),
  )
  .optional();
/** A text that must be given; absent is empty. */
export const requiredText = z.preprocess((value) => value ?? '', z.string());
export const text = z.string().transform(orAbsent).optional();
export const flag = z.boolean().transform(orAbsent).optional();
/** A wrapped bool: false and absent differ. */
export const optionalFlag = z.boolean().optional();
/** Null is an empty text. */
export const stringMap = z.record(
  z.string(),
  z.preprocess((value) => value ?? '', z.string()),
);

/** A repeated field; an empty one is absent. */
export function list<T extends z.ZodType>(item: T) {
  return z
    .array(item)
    .transform((items) => (items.length === 0 ? undefined : items))
    .optional();
}

/**
 * @param of full name of the enum in Kuma's protobuf, without the package
 * @param names in the order of their numbers; the first one is the zero value
 */
export function enumeration<const Names extends readonly [string, ...string[]]>(of: string, names: Names) {
  const error = ({ input }: { readonly input: unknown }) =>
    typeof input === 'string'
      ? `unknown value ${JSON.stringify(JSON.stringify(input))} for enum kuma.mesh.v1alpha1.${of}`
      : cannotUnmarshal(input, 'protoreflect.EnumNumber');
  return z
    .preprocess((value) => (typeof value === 'number' ? (names[value] ?? value) : value), z.enum(names, { error }))
    .transform((name) => (name === names[0] ? undefined : name))
    .optional();
}

/** A google.protobuf.Duration: seconds, `10s` or `0.5s`, or what Go takes for a duration, `1m`. Kept in seconds, as Kuma answers. */
export const protoDuration = z.string().transform((value, context) => {
  const ms = goDurationMs(value);
  if (ms !== undefined && ms >= 0) return formatProtoDuration(ms);
  const message =
    ms === undefined
      ? `bad Duration: ${goDurationFault(value)}`
      : `a duration is not negative: ${JSON.stringify(value)}`;
  context.addIssue({ code: 'custom', message, params: { malformed: true } });
  return z.NEVER;
});

/** A field that the product knows and does not act upon yet; the type's rules refuse it when it says anything. */
export const unsupported = z.unknown().optional();

/** Does the value of such a field say anything? Empty messages, lists, texts and zero do not. */
export function saysSomething(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return Boolean(value);
  return Object.values(value).some(saysSomething);
}

/** Base64, standard or URL alphabet, as protobuf's `bytes`; kept as written. Absent is empty. */
export const bytes = z
  .string({ error: ({ input }) => cannotUnmarshal(input, '[]uint8') })
  .superRefine((value, context) => {
    const wrong = value.search(/[^A-Za-z0-9+/_=-]/);
    let end = value.length;
    while (value[end - 1] === '=') end--;
    const at = wrong >= 0 ? wrong : end % 4 === 1 ? value.length : -1;
    if (at >= 0)
      context.addIssue({
        code: 'custom',
        message: `illegal base64 data at input byte ${at}`,
        params: { malformed: true },
      });
  });

function orAbsent<T>(value: T): T | undefined {
  return value ? value : undefined;
}
