import { Command } from 'commander';
import type { CommandDeps } from '../command/ports.ts';
import { openPolicyLog } from '../command/openPolicyLog.ts';
import { readGlobalConfig } from '../config.ts';
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
  return new Command(name)
    .description(`${what}; an embedded log only while global is stopped`)
    .option('--config <file>', "global's settings as YAML; the environment (MERIDIAN_GLOBAL_…) wins")
    .action(async ({ config }: { readonly config?: string }) => {
      const settings = readGlobalConfig(config, deps.env);
      const { events, commands } = await openPolicyLog({ ...settings, now: () => new Date() });
      try {
        for (const line of await rotate(commands)) deps.out(`${line}\n`);
      } finally {
        await events.close();
      }
    });
}
