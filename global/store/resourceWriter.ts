import { createHash } from 'node:crypto';
import type { ResourceWriter } from '../../shared/rest/ports.ts';
import { refuseHubKey } from '../hubAccess/refuseHubKey.ts';
import type { CommandDeps } from '../command/ports.ts';
import { putTogether } from '../command/putTogether.ts';
import { deleteResource, putResource } from '../command/resourceCommands.ts';

/**
 * Writes of the REST API as commands on the policy log. The current state is written in the append's transaction, so
 * whoever reads after the answer sees it.
 */
export function resourceWriter(deps: CommandDeps): ResourceWriter {
  return {
    put: async ({ resource, secrets = [], existing, author }) => {
      refuseHubKey(resource);
      if (secrets.length > 0) {
        const wanted = [{ resource, secrets, existing }];
        const { statuses, position } = await putTogether(deps, wanted, author, { precondition: () => {} });
        return { status: statuses[0] ?? 'unchanged', ...(position === undefined ? {} : { position }) };
      }
      const { status, position } = await putResource(deps, resource, author, { current: existing });
      const written = status === 'deleted' ? 'updated' : status;
      return { status: written, ...(position === undefined ? {} : { position }) };
    },
    putAll: async ({ puts, removals = [], author, precondition, idempotency }) => {
      for (const { resource } of puts) refuseHubKey(resource);
      for (const { key } of removals) refuseHubKey(key);
      return putTogether(deps, puts, author, {
        unwanted: removals,
        precondition,
        ...(idempotency && { idempotency: hashed(idempotency) }),
      });
    },
    delete: async ({ key, expectedVersion, author }) => {
      refuseHubKey(key);
      const { position } = await deleteResource(deps, key, author, expectedVersion);
      return position === undefined ? {} : { position };
    },
  };
}

function hashed({ key, body }: { readonly key: string; readonly body: string }) {
  return { key, requestHash: createHash('sha256').update(body).digest('hex') };
}
