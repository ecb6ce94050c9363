import { prepare } from '../prepare.ts';
import { startDemo, type DemoOptions } from '../startDemo.ts';
import { untilStopped } from '../untilStopped.ts';
import { type ProofResult, runProofs } from './check.ts';
import { leftovers } from './nothingLeft.ts';
import { resultTable } from './resultTable.ts';

const FIRST = 'two zones with ingresses, applications and sidecars start';
const LAST = 'everything stops; no process or port is left';

/** Starts the demo, proves what it promises, stops it. @returns the exit status: 0 when everything held */
export async function runCheck(options: DemoOptions): Promise<number> {
  const say = (text: string) => process.stdout.write(`${text}\n`);
  const deaths: string[] = [];
  const { ground, stop } = prepare({
    data: options.data,
    logLevel: options.logLevel,
    envoy: true,
    say,
    onDeath: (text) => {
      deaths.push(text);
      say(text);
    },
  });
  const results: ProofResult[] = [];
  const prove = async () => {
    const begun = performance.now();
    const demo = await startDemo(ground, options, say);
    const detail = `${ground.family.everStarted.length} processes are ready`;
    results.push({ what: FIRST, passed: true, detail, milliseconds: performance.now() - begun });
    results.push(...(await runProofs(demo, say)));
    if (deaths.length > 0) throw new Error(`processes ended unexpectedly: ${deaths.join('; ')}`);
  };
  const interrupted = untilStopped().then(() => Promise.reject(new Error('interrupted')));
  const proving = prove();
  await Promise.race([proving, interrupted]).catch((cause: Error) => {
    const what = results.length === 0 ? FIRST : 'nothing ends by itself';
    results.push({ what, passed: false, detail: cause.message, milliseconds: 0 });
  });
  proving.catch(() => {});
  const started = performance.now();
  const pids = ground.family.everStarted.map((child) => child.pid);
  await stop({ keep: results.some(({ passed }) => !passed) });
  const left = await leftovers(pids);
  results.push({
    what: LAST,
    passed: left.length === 0,
    detail: left.length === 0 ? `${pids.length} process groups are gone` : `left: ${left.join(', ')}`,
    milliseconds: performance.now() - started,
  });
  say(resultTable(results, process.stdout.columns ?? 140));
  const failed = results.some(({ passed }) => !passed);
  if (failed) say(`logs are in ${ground.data}/logs`);
  return failed ? 1 : 0;
}
