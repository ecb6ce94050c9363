import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRegistry } from '../../deploy/registry.ts';
import { toolPath } from '../../deploy/setup/tools.ts';
import { makeBuiltinCa } from '../../global/mesh/builtinCa.ts';
import type { SnapshotInput } from '../../shared/snapshot/input.ts';
import { generateSnapshot } from '../../shared/snapshot/generateSnapshot.ts';
import type { CertificateFiles } from '../../shared/xds/tls.ts';
import { policyCase, policyCases } from '../support/policyCase.ts';
import { snapshotCase, snapshotCases } from '../support/snapshotCase.ts';
import { type Pems, staticBootstrap } from '../support/staticBootstrap.ts';
import { type TempDir, tempDir } from '../support/tempDir.ts';

const run = promisify(execFile);
const registry = await loadRegistry();
const shared = new URL('../../shared/', import.meta.url);
const cases: [string, SnapshotInput][] = [
  ...snapshotCases(new URL('snapshot/testdata/', shared)).map((file) => [file, snapshotCase(file, registry)] as const),
  ...policyCases(new URL('policy/', shared)).map((file) => [file, policyCase(file, registry)] as const),
].map(([file, input]) => [file.href.slice(shared.href.length).replaceAll('/', '.'), input]);

describe('Envoy accepts the snapshot', () => {
  let dir: TempDir;
  let pems: Pems;
  let certificate: CertificateFiles;

  beforeAll(async () => {
    dir = await tempDir('validate');
    pems = await makeBuiltinCa('default', { now: new Date() });
    certificate = { certificate: join(dir.path, 'cert.pem'), key: join(dir.path, 'key.pem') };
    await writeFile(certificate.certificate, pems.certificatePem);
    await writeFile(certificate.key, pems.privateKeyPem);
  });
  afterAll(() => dir.remove());

  for (const [name, input] of cases) {
    it(name, async () => {
      const { proxy } = input;
      // Envoy opens the files that it is to write, and those that it is to show.
      const metricsCertificate = proxy.metadata.metricsCertificate && certificate;
      const metadata = { ...proxy.metadata, workdir: dir.path, ...(metricsCertificate && { metricsCertificate }) };
      const here = { ...input, proxy: { ...proxy, metadata } };
      await expect(validate(dir.path, name, staticBootstrap(generateSnapshot(here), pems))).resolves.toContain('OK');
    });
  }

  it('and would refuse one that is wrong', async () => {
    const wrong = {
      staticResources: {
        clusters: [{ name: 'c', type: 'STATIC', connectTimeout: '1s', loadAssignment: { clusterName: '' } }],
      },
    };
    await expect(validate(dir.path, 'wrong', wrong)).rejects.toThrow(/ClusterName/);
  });
});

/** What `envoy --mode validate` says of a bootstrap. @throws Error with Envoy's reason. */
async function validate(dir: string, name: string, bootstrap: object): Promise<string> {
  const path = join(dir, `${name}.json`);
  await writeFile(path, JSON.stringify(bootstrap));
  const { stdout, stderr } = await run(toolPath('envoy'), ['--mode', 'validate', '-c', path, '-l', 'error']);
  return stdout + stderr;
}
