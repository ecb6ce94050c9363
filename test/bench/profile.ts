// node test/bench/profile.ts FILE.cpuprofile [ROWS]: where the time of a profile went, by function and by file.
import { readFile } from 'node:fs/promises';
import { table } from '../../global/cli/table.ts';
import { type CpuProfile, selfTimes, type SelfTime } from './selfTimes.ts';

const ROWS = 40;

function print(title: string, times: readonly SelfTime[], busy: number, rows: number): void {
  const lines = times
    .slice(0, rows)
    .map(({ what, ms }) => [ms.toFixed(1), `${((100 * ms) / busy).toFixed(1)} %`, what]);
  process.stdout.write(`${table(['SELF ms', 'OF BUSY', title], lines)}\n\n`);
}

const [file, rows = ROWS] = process.argv.slice(2);
if (!file) {
  process.stderr.write('usage: node test/bench/profile.ts FILE.cpuprofile [ROWS]\n');
  process.exit(1);
}
const { functions, files, busy, total } = selfTimes(JSON.parse(await readFile(file, 'utf8')) as CpuProfile);
process.stdout.write(`busy ${busy.toFixed(0)} ms of ${total.toFixed(0)} ms\n\n`);
print('FUNCTION', functions, busy, Number(rows));
print('FILE', files, busy, Number(rows));
