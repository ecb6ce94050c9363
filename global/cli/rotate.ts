import { Command } from 'commander';
import type { CommandDeps } from '../command/ports.ts';
import { openPolicyLog } from '../command/openPolicyLog.ts';
import { readGlobalConfig } from '../config.ts';
import { rotateAccounts } from '../hubAccess/rotateAccounts.ts';
import { rotateCa } from '../hubAccess/rotateCa.ts';
import { rotateSigningKey } from '../hubAccess/rotateSigningKey.ts';
import type { EventLog } from '../log/eventLog.ts';
import { whileStopped } from '../relay/whileStopped.ts';
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
    )
    .addCommand(
      rotation(
        deps,
        'hub-accounts',
        "the hub's operator and accounts, while global is stopped",
        async (commands, events) => {
          await whileStopped(events, () => rotateAccounts(commands));
          return [
            "Start global, then its nats-server anew with the configuration that global wrote: nobody's credential of before holds.",
            'Zones come back with their next credential: within a day, or at once with a new token or a restart of their control planes.',
          ];
        },
      ),
    );
}

function rotation(
  deps: CliDeps,
  name: string,
  what: string,
  rotate: (commands: CommandDeps, events: EventLog) => Promise<readonly string[]>,
): Command {
  return new Command(name)
    .description(`${what}; an embedded log only while global is stopped`)
    .option('--config <file>', "global's settings as YAML; the environment (MERIDIAN_GLOBAL_…) wins")
    .action(async ({ config }: { readonly config?: string }) => {
      const settings = readGlobalConfig(config, deps.env);
      const { events, commands } = await openPolicyLog({ ...settings, now: () => new Date() });
      try {
        for (const line of await rotate(commands, events)) deps.out(`${line}\n`);
      } finally {
        await events.close();
      }
    });
}
