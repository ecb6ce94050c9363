import type { Attack, Dose } from './attack.ts';
import { changeEndToEnd } from './changeEndToEnd.ts';
import { type Memory, settledMemory, type Target } from './target.ts';

/** Memory that a control plane may have grown by, MiB: caches, code that was compiled, what the log holds now. */
const GROWTH = { warm: 96, cold: 256 };

/**
 * Attacks one after the other. In the end all control planes must live, have logged no fault and still do an ordinary change, and
 * they may have grown by a little only.
 */
export async function campaign(target: Target, attacks: readonly Attack[], dose: Dose): Promise<readonly string[]> {
  const findings: string[] = [];
  await changeEndToEnd(target);
  const before = await settledMemory(target);
  for (const { name, run } of attacks) {
    if (target.deaths().length > 0) break;
    findings.push(...(await run(target, dose)).map((one) => `${name}: ${one}`));
  }
  return [...findings, ...(await aftermath(target)), ...(await growth(target, before, GROWTH.cold)).findings];
}

/**
 * The same at leisure: each attack goes first as a rehearsal, which warms what the machine keeps anyhow, and then counts; memory is compared
 * between the two.
 */
export async function thoroughCampaign(
  target: Target,
  attacks: readonly Attack[],
  dose: Dose,
  say: (line: string) => void,
): Promise<readonly string[]> {
  const findings: string[] = [];
  await changeEndToEnd(target);
  for (const { name, run } of attacks) {
    const rehearsed = await run(target, { ...dose, runs: Math.ceil(dose.runs / 4) });
    if (target.deaths().length > 0) break;
    const before = await settledMemory(target);
    const started = Date.now();
    const found = [...rehearsed, ...(await run(target, { ...dose, seed: dose.seed + 1 }))];
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    findings.push(...found.map((one) => `${name}: ${one}`));
    if (target.deaths().length > 0) break;
    const grown = await growth(target, before, GROWTH.warm);
    findings.push(...grown.findings.map((one) => `${name}: ${one}`));
    say(`${name}: ${found.length === 0 ? 'withstood' : `${found.length} findings`}, ${seconds} s; ${grown.text}`);
  }
  return [...findings, ...(await aftermath(target))];
}

/** Dead processes, faults in the logs, and whether all still works. */
async function aftermath(target: Target): Promise<string[]> {
  const sound = await changeEndToEnd(target).then(
    () => [],
    (error: Error) => [`no ordinary change any more: ${error.message}`],
  );
  return [...target.deaths(), ...new Set(target.faults()), ...sound];
}

async function growth(target: Target, before: Memory, most: number) {
  if (target.deaths().length > 0) return { findings: [], text: '' };
  const after = await settledMemory(target);
  const sides = ['global', 'zone'] as const;
  return {
    findings: sides
      .filter((side) => after[side] - before[side] > most)
      .map((side) => `the memory of ${side} went from ${before[side]} to ${after[side]} MiB`),
    text: `memory ${sides.map((side) => `${side} ${before[side]} → ${after[side]} MiB`).join(', ')}`,
  };
}
