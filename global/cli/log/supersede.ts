import { Command } from 'commander';
import { keyText } from '../../../shared/resource/resource.ts';
import { configOption } from '../../../runtime/configOption.ts';
import { GLOBAL_PREFIX, readGlobalConfig } from '../../config.ts';
import type { Stand } from '../../supersede/continuation.ts';
import { type HubEnd, readHubEnd } from '../../relay/hubEnd.ts';
import { openRestored } from '../../supersede/openRestored.ts';
import { disputed, supersede } from '../../supersede/supersede.ts';
import { table } from '../table.ts';
import type { CliDeps } from '../verb.ts';

interface Flags {
  readonly config?: string;
  readonly yes?: boolean;
}

/** `meridian log supersede [--yes]`: a log that was restored from an older backup goes on, and the zones go back to it. */
export function supersedeCommand(deps: CliDeps): Command {
  return new Command('supersede')
    .description(
      'after an older backup was restored: list what the hub has beyond it, and let the log go on above that',
    )
    .addOption(configOption(GLOBAL_PREFIX, "global's"))
    .option('--yes', 'do it; without, it is only listed')
    .action(async ({ config: file, yes }: Flags) => {
      const config = readGlobalConfig(file, deps.env);
      deps.err(`asking the hub at ${config['nats.url']} …\n`);
      const restored = await openRestored(config);
      try {
        const head = await restored.events.head();
        const end = await readHubEnd(restored.hub, restored.events);
        if (end.lost.length === 0) {
          deps.out(
            `The hub stands at ${end.position}, the log at ${head}: the hub has nothing that the log has not.\n`,
          );
          return;
        }
        const stands = await disputed(restored, end);
        deps.out(`${listed(end, stands)}\n\n`);
        deps.out(
          `The log stands at ${head}. The hub has it up to ${end.common}, and up to ${end.position} other events, of which those `,
        );
        deps.out('above are the last of each resource.\n');
        if (!yes) {
          deps.out(
            'Nothing was changed. With --yes they are dropped: the log goes on above them, and the zones go back to it.\n',
          );
          return;
        }
        deps.out(`They are dropped. The log goes on at ${await supersede(restored, end, stands)}; start global.\n`);
      } finally {
        await restored.close();
      }
    });
}

function listed({ lost }: HubEnd, stands: readonly Stand[]): string {
  const now = new Map(
    stands.map(({ key, version, resource }) => [keyText(key), resource ? `version ${version}` : 'deleted']),
  );
  const rows = lost.map(({ position, key, version, type, at, user }) => {
    const text = keyText(key);
    return [String(position), text, `${version} ${type}`, at, user, now.get(text) ?? ''];
  });
  return table(['POSITION', 'RESOURCE', 'DROPPED', 'WRITTEN', 'BY', 'GOES BACK TO'], rows);
}
