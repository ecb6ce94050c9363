/** A piece of JSON text that no value stands for: `1e999`, a duplicate key, ten thousand brackets. */
export class Raw {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** How a counterexample is printed. */
  toString(): string {
    return this.text.length > 80 ? `${this.text.slice(0, 80)}… (${this.text.length})` : this.text;
  }
}

/** JSON text of a value that may hold `Raw` pieces. */
export function jsonText(value: unknown): string {
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return `[${Array.from(value, jsonText).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${jsonText(member)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
