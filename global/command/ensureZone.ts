import { SYSTEM } from './globalSecrets.ts';
import type { CommandDeps } from './ports.ts';
import { putResource } from './resourceCommands.ts';

/** Registers a zone that is new. @param message why, for the log */
export async function ensureZone(commands: CommandDeps, zone: string, message: string): Promise<void> {
  if (await commands.log.current({ type: 'Zone', mesh: '', name: zone })) return;
  const at = commands.now().toISOString();
  const resource = {
    type: 'Zone',
    mesh: '',
    name: zone,
    labels: {},
    creationTime: at,
    modificationTime: at,
    spec: { enabled: true },
  };
  await putResource(commands, resource, { ...SYSTEM, message });
}
