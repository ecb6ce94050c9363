import type { Attack, Dose } from './attack.ts';
import { changeEndToEnd } from './changeEndToEnd.ts';
import { settledMemory, type Target } from './target.ts';

export interface CampaignReport {
  readonly findings: readonly string[];
  /** One line for each attack. */
  readonly lines: readonly string[];
}

/** Memory that a control plane may have grown by after all attacks, MiB: caches, code that was compiled, what the log holds now. */
const GROWTH_MIB = 96;

/**
 * Attacks one after the other. Each goes first as a rehearsal, which warms what the machine keeps anyhow, and then counts: memory is
 * compared between the two. In the end the control planes must have logged no fault and still do an ordinary change.
 */
export async function campaign(
  target: Target,
  attacks: readonly Attack[],
  dose: Dose,
  say: (line: string) => void,
): Promise<CampaignReport> {
  const findings: string[] = [];
  const lines: string[] = [];
  const tell = (line: string) => {
    lines.push(line);
    say(line);
  };
  await changeEndToEnd(target);
  for (const { name, run } of attacks) {
    findings.push(...(await run(target, { ...dose, runs: Math.ceil(dose.runs / 4) })));
    if (target.deaths().length > 0) break;
    const before = await settledMemory(target);
    const started = Date.now();
    const found = await run(target, { ...dose, seed: dose.seed + 1 });
    findings.push(...found.map((one) => `${name}: ${one}`));
    if (target.deaths().length > 0) break;
    const after = await settledMemory(target);
    const growth = { global: after.global - before.global, zone: after.zone - before.zone };
    for (const side of ['global', 'zone'] as const) {
      if (growth[side] > GROWTH_MIB)
        findings.push(`${name}: ${side} grew by ${growth[side]} MiB, from ${before[side]}`);
    }
    tell(
      `${name}: ${found.length === 0 ? 'withstood' : `${found.length} findings`}, ${((Date.now() - started) / 1000).toFixed(1)} s; ` +
        `memory global ${before.global} → ${after.global} MiB, zone ${before.zone} → ${after.zone} MiB`,
    );
  }
  findings.push(...target.deaths(), ...target.faults());
  await changeEndToEnd(target).catch((error: Error) => findings.push(`no ordinary change any more: ${error.message}`));
  return { findings: [...new Set(findings)], lines };
}
