import { placeOf } from '../change/change.ts';
import { CliError } from '../cliError.ts';
import type { ApiError, BrokenField } from '../connection.ts';
import { excerpt } from './documents.ts';
import { describePlanned, type Planned } from './plan.ts';

/** A fault of a change, at the line of its document. */
export function faultInChange(plan: readonly Planned[], { field, reason }: BrokenField): string {
  const place = placeOf(field);
  const planned = place && plan[place.index];
  return planned ? faultText(planned, { field: place.rest, reason }) : `${field}: ${reason}`;
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
