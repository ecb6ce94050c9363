import { globSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../deploy/demo/tools.ts';

const FOLDERS = '{deploy,global,http,nats,runtime,shared,test,zone}';

/** Node takes the types away itself and reads less than the compiler does: `for (const of of …)` is none of its TypeScript. */
function refusal(file: string): string | undefined {
  try {
    stripTypeScriptTypes(readFileSync(join(ROOT, file), 'utf8'));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

it('Node runs every source as it is', () => {
  const files = globSync(`${FOLDERS}/**/*.ts`, { cwd: ROOT, exclude: ['shared/xds/gen/**'] });
  expect(files.length).toBeGreaterThan(1_000);
  const refused = files.flatMap((file) => {
    const why = refusal(file);
    return why === undefined ? [] : [`${file}: ${why}`];
  });
  expect(refused).toEqual([]);
});
