import { CliError } from '../cliError.ts';
import { didYouMean } from '../../../shared/text/editDistance.ts';
import type { KnownControlPlane, KnownControlPlanes } from './file.ts';

/** The control plane of that name. @throws CliError that tells which are called alike */
export function named({ controlPlanes }: Pick<KnownControlPlanes, 'controlPlanes'>, name: string): KnownControlPlane {
  const found = controlPlanes.find((one) => one.name === name);
  if (found) return found;
  const near = didYouMean(
    name,
    controlPlanes.map((one) => one.name),
  );
  const hint =
    near.length > 0 ? `Did you mean ${near.join(' or ')}?` : '`meridian config control-planes list` shows them.';
  throw new CliError(`there is no control plane "${name}". ${hint}`);
}
