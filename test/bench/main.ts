// npm run bench: how long a change takes from global to the sidecars of a zone.
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { toolPath } from '../../deploy/setup/tools.ts';
import { startBareCluster } from '../support/bareCluster.ts';
import { Fleet, MESH } from './fleet.ts';
import { type MeasureDeps, meshWidePolicy, newInstance, policyForOne, WARM_UP } from './measurements.ts';
import { Progress } from './progress.ts';
import { circumstances, reportTable, type Row } from './report.ts';

interface BenchFlags {
  readonly sidecars: readonly number[];
  readonly services: number;
  readonly outbounds: number;
  readonly rounds: number;
  readonly mtls?: boolean;
  readonly store?: string;
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('A whole number from 1.');
  return value;
}

const program = new Command('bench')
  .addOption(
    new Option('--sidecars <n,n>', 'simulated sidecars, a block of rows for each number')
      .default([20, 200])
      .argParser((text) => text.split(',').map(whole)),
  )
  .addOption(new Option('--services <n>', 'services in the mesh').default(100).argParser(whole))
  .addOption(new Option('--outbounds <n>', 'services that each sidecar calls').default(10).argParser(whole))
  .addOption(new Option('--rounds <n>', 'changes per row').default(20).argParser(whole))
  .option('--mtls', 'with the builtin CA')
  .option('--store <url>', 'PostgreSQL instead of the embedded log')
  .action(async (flags: BenchFlags) => {
    const root = fileURLToPath(new URL('../../', import.meta.url));
    process.stdout.write(`${circumstances(root, toolPath('nats-server'), process.argv.slice(2))}\n\n`);
    const rows: Row[] = [];
    for (const sidecars of flags.sidecars) rows.push(...(await bench(sidecars, flags)));
    process.stdout.write(`${reportTable(rows)}\n`);
    // What did not arrive is a fault of ours, not a slow run.
    process.exit(rows.some(({ samples }) => samples.missing > 0) ? 1 : 0);
  });

/** One cluster of its own for each number of sidecars, so that the rows do not depend on their order. */
async function bench(
  sidecars: number,
  { services, outbounds, rounds, mtls = false, store }: BenchFlags,
): Promise<Row[]> {
  const progress = new Progress(`${sidecars} sidecars`);
  progress.say('starting the control planes');
  const cluster = await startBareCluster(['--dp-auth', 'none', ...(store ? ['--store', store] : [])]);
  // Every service is offered by somebody: what nobody offers has no protocol, and so no routes that a policy could change.
  const offered = Math.min(services, sidecars);
  const fleet = new Fleet({
    ads: cluster.zones[0]?.ads ?? '',
    services: offered,
    outbounds: Math.min(outbounds, offered),
    mtls,
  });
  try {
    if (mtls) await enableMtls(cluster.global.url);
    progress.say('connecting');
    for (let i = 0; i < sidecars; i++) fleet.connect(i);
    await fleet.settled(1_000);
    if (fleet.responses === 0)
      throw new Error(`no sidecar was sent anything: ${fleet.failures[0] ?? 'the zone is silent'}`);
    const deps: MeasureDeps = { fleet, url: cluster.global.url, timeout: 30_000, onRound: () => progress.step() };
    const row = async (what: string, measure: () => Promise<Row['samples']>): Promise<Row> => {
      progress.begin(what, WARM_UP + rounds);
      return { what: `${what}, ${sidecars} sidecars`, samples: await measure() };
    };
    const measured = [
      await row('mesh-wide policy', () => meshWidePolicy(deps, rounds)),
      await row('policy for 1 sidecar', () => policyForOne(deps, rounds, Math.floor(sidecars / 2))),
      await row('new instance, until its callers know', () => newInstance(deps, rounds, sidecars)),
    ];
    progress.end();
    if (fleet.failures.length > 0)
      process.stdout.write(`streams that ended: ${fleet.failures.length}, the first: ${fleet.failures[0]}\n`);
    return measured;
  } finally {
    fleet.close();
    await cluster.stop();
  }
}

async function enableMtls(url: string): Promise<void> {
  const body = {
    type: 'Mesh',
    name: MESH,
    mtls: { enabledBackend: 'ca-1', backends: [{ name: 'ca-1', type: 'builtin' }] },
  };
  const response = await fetch(`${url}/meshes/${MESH}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`switching mTLS on was answered ${response.status}: ${await response.text()}`);
}

// The cluster goes with us, see --with-parent; an exit hook would kill it before it could stop what it started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.kill(process.pid, 'SIGKILL'));

await program.parseAsync(process.argv);
