import { Option } from 'commander';
import { stringify } from 'yaml';

export type Format = 'table' | 'yaml' | 'json';

export function formatOption(): Option {
  return new Option('-o, --output <format>', 'form of the output').choices(['table', 'yaml', 'json']).default('table');
}

/** A value as YAML or JSON; what `get -o yaml` prints can be applied again. */
export function render(value: unknown, format: Exclude<Format, 'table'>): string {
  return format === 'json' ? JSON.stringify(value, null, 2) : stringify(value, { lineWidth: 0 }).trimEnd();
}

/** One of several values that follow each other: a JSON text on one line, or a YAML document. */
export function renderOne(value: unknown, format: Exclude<Format, 'table'>): string {
  return format === 'json' ? JSON.stringify(value) : `---\n${render(value, format)}`;
}

/** A body that is shown as it came: text, or JSON. */
export function bodyText(body: unknown): string {
  return typeof body === 'string' ? body.trimEnd() : JSON.stringify(body, null, 2);
}
