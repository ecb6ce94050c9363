import { existsSync, renameSync } from 'node:fs';
import { ZONE_LABEL } from '../../shared/resource/labels.ts';
import type { Registry } from '../../shared/resource/registry.ts';
import type { Resource } from '../../shared/resource/resource.ts';

import { type Role, zoneName } from '../../shared/resource/role.ts';
import { LocalZoneLog } from './localZoneLog.ts';
import { StaleWrite, type ZoneLog } from './ports.ts';

type Deps = {
  /** Of a control plane that was alone; it need not be there. */
  readonly file: string;
  readonly zoneLog: ZoneLog;
  readonly registry: Registry;
  readonly role: Role;
};

/**
 * Brings what this zone wrote while it was alone into its stream: Dataplanes, virtual IPs. They take the zone's name of today.
 * What the stream knows of already, or that it was deleted, stays as it is, so that a start that was cut off is made up for by the
 * next. The file is put aside when all is there.
 * @returns how many resources were brought over
 */
export async function adoptLocalLog({ file, zoneLog, registry, role }: Deps): Promise<number> {
  if (!existsSync(file)) return 0;
  const local = new LocalZoneLog(file);
  let adopted = 0;
  try {
    for (const { resource } of local.messages()) {
      try {
        await zoneLog.put(renamed(resource, registry, role), 0);
        adopted++;
      } catch (error) {
        if (!(error instanceof StaleWrite)) throw error;
      }
    }
  } finally {
    local.close();
  }
  renameSync(file, `${file}.adopted`);
  return adopted;
}

function renamed(resource: Resource, registry: Registry, role: Role): Resource {
  const { labels, type, spec } = resource;
  const complete = registry.byType(type)?.complete;
  return {
    ...resource,
    labels: labels[ZONE_LABEL] === undefined ? labels : { ...labels, [ZONE_LABEL]: zoneName(role) },
    spec: complete ? complete(spec, role, spec) : spec,
  };
}
