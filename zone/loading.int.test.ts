import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { Process } from '../deploy/process/process.ts';

/** What a process has loaded once it has imported those modules. */
async function loadedBy(...modules: readonly string[]): Promise<{ readonly undici: boolean; readonly x509: boolean }> {
  const script = `
    for (const module of ${JSON.stringify(modules.map((one) => new URL(one, import.meta.url).href))}) await import(module);
    const undici = process.moduleLoadList.some((one) => one.endsWith('internal/deps/undici/undici'));
    console.log(JSON.stringify({ undici, x509: 'getMetadata' in Reflect }));`;
  const loading = new Process({
    name: 'loading',
    file: process.execPath,
    args: ['--input-type=module', '--eval', script],
    cwd: fileURLToPath(new URL('..', import.meta.url)),
  });
  expect(await loading.exited, loading.output).toMatchObject({ code: 0 });
  return JSON.parse(loading.output) as Awaited<ReturnType<typeof loadedBy>>;
}

it('a zone begins without the library that makes certificates, and serves without what Node compiles for WebSockets', async () => {
  expect(await loadedBy('./main.ts')).toEqual({ undici: false, x509: false });
  expect(await loadedBy('./servingProxies.ts', './rest.ts', '../runtime/serve.ts')).toMatchObject({ undici: false });
});
