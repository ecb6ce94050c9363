import { deathText, prepare } from '../prepare.ts';
import { startDemo, type DemoOptions } from '../startDemo.ts';
import { untilStopped } from '../untilStopped.ts';
import { type ProofResult, runProofs } from './check.ts';
import { leftovers } from './nothingLeft.ts';
import { resultTable } from './resultTable.ts';

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
    onDeath: (child, exit) => {
      deaths.push(deathText(child, exit));
      say(deathText(child, exit));
    },
  });
  const results: ProofResult[] = [];
  const interrupted = untilStopped();
  const proofs = async () => {
    const demo = await startDemo(ground, options, say);
    results.push(...(await runProofs(demo, say)));
    if (deaths.length > 0) throw new Error(`processes ended unexpectedly: ${deaths.join('; ')}`);
  };
  const failure = await Promise.race([
    proofs().then(
      () => undefined,
      (cause: Error) => cause,
    ),
    interrupted.then(() => new Error('interrupted')),
  ]);
  const started = performance.now();
  const pids = ground.family.everStarted.map((child) => child.pid);
  const failed = failure !== undefined || results.some((result) => !result.passed);
  await stop({ keep: failed });
  const left = await leftovers(pids);
  results.push({
    what: LAST,
    passed: left.length === 0,
    detail: left.length === 0 ? `${pids.length} process groups are gone` : `left: ${left.join(', ')}`,
    milliseconds: performance.now() - started,
  });
  say(resultTable(results, process.stdout.columns ?? 140));
  if (failure) say(`failed: ${failure.message}`);
  if (failed) say(`logs are in ${ground.data}/logs`);
  return failed || left.length > 0 ? 1 : 0;
}
