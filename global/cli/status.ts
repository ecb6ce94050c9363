import type { Command } from 'commander';
import { notGlobal } from './notGlobal.ts';
import { render, renderOne } from './output.ts';
import { fetchStatus, type Status } from './statusBody.ts';
import { statusText } from './statusText.ts';
import { type CliDeps, type ConnectionFlags, connectionOf, verb } from './verb.ts';
import { paintOf } from './terminal.ts';
import { type ShowFlags, withShowFlags } from './watch/showList.ts';
import { watch } from './watch/watch.ts';

/** `meridian status`: which zones are in sync with global, which not and why; how the last changes reached the proxies. */
export function statusCommand(deps: CliDeps): Command {
  return withShowFlags(verb('status', deps))
    .description('which zones and sidecars are in sync, and why not')
    .action(async (flags: ConnectionFlags & ShowFlags) => {
      const connection = connectionOf(flags, deps);
      const read = () => fetchStatus(connection).catch(notGlobal);
      const { output } = flags;
      const paint = paintOf(deps.terminal);
      const text = (status: Status) =>
        output === 'table'
          ? statusText(status, deps.now(), { paint, columns: deps.terminal?.columns() })
          : render(status, output);
      if (!flags.watch) return deps.out(`${text(await read())}\n`);
      await watch(deps, {
        interval: flags.interval,
        read,
        screen: output === 'table' ? text : undefined,
        news: whenChanged((status) => (output === 'table' ? `${text(status)}\n` : renderOne(status, output))),
      });
    });
}

/** The whole of it, whenever something is different; time that goes by is not. */
function whenChanged(text: (status: Status) => string): (status: Status) => string {
  let before = '';
  return (status) => {
    const zones = status.zones.map(({ lagSeconds: _, instances: __, ...zone }) => zone);
    const content = JSON.stringify({ ...status, zones });
    const isNew = content !== before;
    before = content;
    return isNew ? text(status) : '';
  };
}
