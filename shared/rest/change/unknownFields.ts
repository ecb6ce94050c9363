import type { ResourceDescriptor } from '../../resource/descriptor.ts';
import { camelCase } from '../../resource/protoJson.ts';
import type { JsonSchema } from '../openapi/jsonSchema.ts';
import { resourceSchema } from '../openapi/schemas.ts';
import type { Document } from './documents.ts';

/** A field that its type does not have: dropped without a word by Kuma, and here. */
export interface UnknownField {
  /** As errors write it: `spec.to[0].deflaut`. */
  readonly field: string;
  /** What stands there else. */
  readonly known: readonly string[];
}

/** What a control plane says of every resource besides, and takes back without looking. */
const SHOWN = ['kri', 'snis', 'status', 'creationTime', 'modificationTime'];

/** Finds the fields of documents that are dropped; a type's schema is made once. */
export function unknownFieldsOf(): (descriptor: ResourceDescriptor, document: Document) => readonly UnknownField[] {
  const schemas = new Map<string, JsonSchema>();
  return (descriptor, document) => {
    const schema = schemas.get(descriptor.type) ?? resourceSchema(descriptor);
    schemas.set(descriptor.type, schema);
    return [...unknownIn(schema, document, '')].filter(({ field }) => !SHOWN.includes(field));
  };
}

function* unknownIn(schema: JsonSchema, value: unknown, at: string): Generator<UnknownField> {
  const choices = (schema.anyOf ?? schema.oneOf) as readonly JsonSchema[] | undefined;
  if (choices) {
    // What fits one of them is known.
    const found = choices.map((choice) => [...unknownIn(choice, value, at)]);
    yield* found.sort((a, b) => a.length - b.length)[0] ?? [];
  } else if (Array.isArray(value)) {
    const { items } = schema as { readonly items?: JsonSchema };
    if (items) for (const [index, item] of value.entries()) yield* unknownIn(items, item, `${at}[${index}]`);
  } else if (value !== null && typeof value === 'object') {
    const { properties, additionalProperties: rest } = schema as {
      readonly properties?: Readonly<Record<string, JsonSchema>>;
      readonly additionalProperties?: JsonSchema;
    };
    for (const [name, inner] of Object.entries(value)) {
      const known = properties && (own(properties, name) ?? own(properties, camelCase(name)));
      if (known ?? rest) yield* unknownIn((known ?? rest) as JsonSchema, inner, within(at, name));
      else if (properties) yield { field: within(at, name), known: Object.keys(properties) };
    }
  }
}

function own(properties: Readonly<Record<string, JsonSchema>>, name: string): JsonSchema | undefined {
  return Object.hasOwn(properties, name) ? properties[name] : undefined;
}

function within(at: string, name: string): string {
  if (/[^\w-]/.test(name)) return `${at}["${name}"]`;
  return at ? `${at}.${name}` : name;
}
