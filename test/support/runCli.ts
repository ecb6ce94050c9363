import { afterEach } from 'vitest';
import { type Recorded, type RecordedServer, startRecordedServer } from './recordedServer.ts';
import { runMeridian } from './runMeridian.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');
/** A minute before the CLI's clock. */
export const T = '2026-11-22T09:59:00Z';

const type = (name: string, path: string, scope: string, shortName: string, singular: string, plural: string) => ({
  name,
  path,
  scope,
  readOnly: false,
  shortName,
  singularDisplayName: singular,
  pluralDisplayName: plural,
});

const CATALOG: Recorded = {
  body: {
    resources: [
      type('Dataplane', 'dataplanes', 'Mesh', 'dp', 'Dataplane', 'Dataplanes'),
      type('Mesh', 'meshes', 'Global', 'm', 'Mesh', 'Meshes'),
      type('MeshTimeout', 'meshtimeouts', 'Mesh', 'mt', 'Mesh Timeout', 'Mesh Timeouts'),
      type('Zone', 'zones', 'Global', 'z', 'Zone', 'Zones'),
    ],
  },
};

const servers: RecordedServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** Runs the CLI against recorded answers. */
export async function runCli(
  arguments_: readonly string[],
  answers: Readonly<Record<string, Recorded>> = {},
  stdin = '',
) {
  const server = await startRecordedServer({ 'GET /_resources': CATALOG, ...answers });
  servers.push(server);
  const ran = await runMeridian(arguments_, { env: { MERIDIAN_ADDRESS: server.address }, stdin, now: () => NOW });
  return { ...ran, arrived: server.arrived };
}
