import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Family } from '../../deploy/demo/family.ts';
import { NEXT_TYPE, NEXT_VERSION, nextVersion } from './nextVersion.ts';

it('is made of the sources as they are: who changes what it changes is told here', () => {
  const data = mkdtempSync(join(tmpdir(), 'meridian-next-version-'));
  onTestFinished(() => rmSync(data, { recursive: true }));
  const build = nextVersion({ family: new Family(() => {}), data, runAs: undefined, logLevel: 'info' });
  const read = (file: string) => readFileSync(join(build, file), 'utf8');
  expect(JSON.parse(read('package.json'))).toMatchObject({ version: NEXT_VERSION });
  expect(read('shared/policy/meshreprise/index.ts')).toContain(`type: '${NEXT_TYPE}'`);
});
