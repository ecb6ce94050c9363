import { tagSets } from '../../shared/resource/dataplane/tagSets.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import type { View } from '../../shared/view/view.ts';
import { verifyDataplaneToken } from '../identity/verifyToken.ts';

/** Is the token for this Dataplane? @throws TokenRefused */
export function verifyBearer(
  token: string,
  dataplane: Resource,
  deps: { readonly view: View; readonly now: () => Date },
): Promise<void> {
  const { mesh, name, labels } = dataplane;
  const workload = labels['kuma.io/workload'] ?? '';
  return verifyDataplaneToken(token, { mesh, name, tags: tagSets(dataplane), workload }, deps);
}
