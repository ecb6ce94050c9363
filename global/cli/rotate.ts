import { Command } from 'commander';
import { rotationCommand } from '../../runtime/rotationCommand.ts';
import type { CommandDeps } from '../command/ports.ts';
import { openPolicyLog } from '../command/openPolicyLog.ts';
import { GLOBAL_PREFIX, readGlobalConfig } from '../config.ts';
import { rotateCa } from '../hubAccess/rotateCa.ts';
import { rotateSigningKey } from '../hubAccess/rotateSigningKey.ts';
import type { CliDeps } from './verb.ts';

/** `meridian rotate …`: works on the event log itself, found by global's settings. */
export function rotateCommand(deps: CliDeps): Command {
  return new Command('rotate')
    .description("make the next key or CA of the hub's, of global's or of a zone's")
    .addCommand(
      rotation(deps, 'hub-signing-key', 'the next key that credentials of zones are signed with', async (commands) => [
        `${await rotateSigningKey(commands)} signs from now on`,
        'The key before it goes by itself when every zone has a credential of this one, within a day or two.',
      ]),
    )
    .addCommand(
      rotation(deps, 'hub-ca', "the next CA of the hub's certificate", async (commands) => [
        `zones are told of ${await rotateCa(commands)}`,
        'It signs by itself when every zone trusts it, and the CA before it goes a day later, within three days or so.',
        "Who was given global's `ca.crt` by hand needs it anew until then: it holds both now.",
      ]),
    );
}

function rotation(
  deps: CliDeps,
  name: string,
  what: string,
  rotate: (commands: CommandDeps) => Promise<readonly string[]>,
): Command {
  return rotationCommand(
    {
      name,
      description: `${what}; an embedded log only while global is stopped`,
      whose: "global's",
      prefix: GLOBAL_PREFIX,
      readConfig: readGlobalConfig,
      rotate: async (config) => {
        const { events, commands } = await openPolicyLog({ ...config, now: () => new Date() });
        try {
          return await rotate(commands);
        } finally {
          await events.close();
        }
      },
    },
    deps,
  );
}
