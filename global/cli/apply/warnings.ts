import { didYouMean } from '../../../shared/text/editDistance.ts';
import type { Remarks } from '../change/remarks.ts';
import type { CliDeps } from '../verb.ts';
import { describePlanned, type Planned } from './plan.ts';

/** Tells the warnings of a change; a field that would have no effect at the place where it is written. @param said in the order of the plan */
export function warn(plan: readonly Planned[], said: readonly Remarks[], { err }: Pick<CliDeps, 'err'>): void {
  said.forEach(({ warnings = [], unknownFields = [] }, place) => {
    for (const warning of warnings) err(`warning: ${warning}\n`);
    const planned = plan[place];
    if (!planned) return;
    for (const { field, known } of unknownFields) {
      const { where } = planned.document.locate(field);
      err(
        `warning: ${where}: ${describePlanned(planned)}: ${field} has no effect, there is no such field.${hint(field, known)}\n`,
      );
    }
  });
}

function hint(field: string, known: readonly string[]): string {
  const name = /\["([^"]*)"\]$|([^.\]]*)$/.exec(field);
  const near = didYouMean(name?.[1] ?? name?.[2] ?? '', known);
  if (near.length > 0) return ` Did you mean ${near.join(' or ')}?`;
  return known.length > 0 ? ` Known are ${known.join(', ')}.` : '';
}
