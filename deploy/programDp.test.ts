import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };
import { runMeridian } from '../test/support/runMeridian.ts';

it('`meridian dp` tells the control plane the version of the program', async () => {
  const asked: { version?: object }[] = [];
  const server = createServer(async (request, response) => {
    asked.push(JSON.parse((await request.toArray()).join('')));
    response.writeHead(422).end('not here');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const flags = ['--cp-address', address, '--mesh', 'default', '--name', 'web-1', '--readiness-port', '0'];
  const { status, err } = await runMeridian(['dp', ...flags], { env: {} });
  expect([status, err]).toEqual([1, expect.stringContaining('refused this proxy (422): not here')]);
  expect(asked).toMatchObject([{ version: { kumaDp: { version: packageJson.version } } }]);
});
