import { setTimeout as wait } from 'node:timers/promises';
import { fetchStatus, type Status } from '../../../global/cli/statusBody.ts';
import { prepare } from '../prepare.ts';
import { startDemo, type DemoOptions } from '../startDemo.ts';
import { untilStopped } from '../untilStopped.ts';
import { guide } from './guide.ts';
import { screen } from './screen.ts';
import { Traffic } from './traffic.ts';

const REDRAW_MS = 500;
const CLEAR = '\x1b[H\x1b[2J\x1b[3J';

/** The demo with its live view, until Ctrl-C. Without a terminal the frames follow each other, a few a minute. @returns the exit status */
export async function runLive(options: DemoOptions): Promise<number> {
  const say = (text: string) => process.stdout.write(`${text}\n`);
  const events: string[] = [];
  const { ground, stop } = prepare({
    data: options.data,
    logLevel: options.logLevel,
    envoy: true,
    say,
    onDeath: (text) => {
      events.push(text);
      say(text);
    },
  });
  const ended = new AbortController();
  const stopped = untilStopped().then(() => ended.abort());
  let traffic: Traffic | undefined;
  let failed = true;
  try {
    const starting = startDemo(ground, options, say);
    const demo = await Promise.race([starting, stopped]);
    if (!demo) {
      starting.catch(() => {});
      failed = false;
      return 130;
    }
    failed = false;
    traffic = new Traffic(demo, ['backend', 'catalog']);
    const made = guide(demo);
    while (!ended.signal.aborted) {
      const seen = await fetchStatus(demo.cluster.api).catch((cause: Error) => cause.message.split('\n')[0] ?? '');
      const status: Status | undefined = typeof seen === 'string' ? undefined : seen;
      const frame = screen({
        status,
        silence: typeof seen === 'string' ? seen : undefined,
        traffic: traffic.summaries,
        guide: made,
        events: events.slice(-3),
      });
      process.stdout.write(process.stdout.isTTY ? `${CLEAR}${frame}\n` : `${frame}\n\n`);
      await wait(process.stdout.isTTY ? REDRAW_MS : 20_000, undefined, { signal: ended.signal }).catch(() => {});
    }
    return 0;
  } finally {
    traffic?.stop();
    say('\nstopping …');
    await stop({ keep: failed });
    say('everything is stopped');
  }
}
