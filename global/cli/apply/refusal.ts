import { CliError } from '../cliError.ts';
import type { ApiError, BrokenField } from '../connection.ts';
import type { Place } from './documents.ts';
import { describePlanned, type Planned } from './plan.ts';

/** Why a change was refused, each fault at the line of its document. */
export function refusal(plan: readonly Planned[], { headline, fields }: ApiError): CliError {
  const told = fields.map(({ field, reason }) => {
    const [, index, rest = ''] = /^documents\[(\d+)\]\.?(.*)$/s.exec(field) ?? [];
    const planned = index === undefined ? undefined : plan[Number(index)];
    return planned ? faultText(planned, { field: rest, reason }) : `${field}: ${reason}`;
  });
  return new CliError([headline, ...told].join('\n'));
}

/** Why one document was refused. */
export function refusalOf(planned: Planned, error: ApiError): CliError {
  const { where } = planned.document;
  const head = `${where}: ${describePlanned(planned)} was refused: ${error.headline}`;
  return new CliError([head, ...error.fields.map((field) => faultText(planned, field))].join('\n'));
}

function faultText(planned: Planned, { field, reason }: BrokenField): string {
  const place = planned.document.locate(field);
  const what = field ? `${field}: ${reason}` : reason;
  return `${place.where}: ${describePlanned(planned)}: ${what}\n${excerpt(place)}`;
}

/** The line, and below it a mark at the column. */
function excerpt({ line, column, text }: Place): string {
  const number = String(line).padStart(5);
  return `${number} | ${text}\n${' '.repeat(number.length)} | ${' '.repeat(column - 1)}^`;
}
