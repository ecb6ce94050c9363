import { Command } from 'commander';
import { openPolicyLog } from '../command/openPolicyLog.ts';
import { readGlobalConfig } from '../config.ts';
import { rotateSigningKey } from '../hubAccess/rotateSigningKey.ts';
import type { CliDeps } from './verb.ts';

/** `meridian rotate hub-signing-key`: works on the event log itself, found by global's settings. */
export function rotateCommand(deps: CliDeps): Command {
  return new Command('rotate').description("make the next key of the hub's").addCommand(
    new Command('hub-signing-key')
      .description(
        'the next key that credentials of zones are signed with; an embedded log only while global is stopped',
      )
      .option('--config <file>', "global's settings as YAML; the environment (MERIDIAN_GLOBAL_…) wins")
      .action(async ({ config }: { readonly config?: string }) => {
        const settings = readGlobalConfig(config, deps.env);
        const { events, commands } = await openPolicyLog({ ...settings, now: () => new Date() });
        try {
          deps.out(`${await rotateSigningKey(commands)} signs from now on\n`);
          deps.out(
            'The key before it goes by itself when every zone has a credential of this one, within a day or two.\n',
          );
        } finally {
          await events.close();
        }
      }),
  );
}
