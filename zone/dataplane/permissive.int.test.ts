import { expect, it } from 'vitest';
import {
  backendAndFrontend,
  get,
  mtls,
  permission,
  resource,
  until,
  zoneWith,
} from '../../test/support/dataPlaneForTests.ts';

const permissive = { mtls: { ...mtls.mtls, backends: [{ name: 'ca-1', type: 'builtin', mode: 'PERMISSIVE' }] } };

it('turns mTLS on under traffic, without a request that fails', async () => {
  const { zone, plane } = await zoneWith({});
  // Only of callers that it knows by their certificates does an inbound refuse some: who is refused came by mTLS.
  zone.global(permission('Deny'));
  const { outbound } = await backendAndFrontend(plane);
  const status = async () => (await get(outbound)).status;
  await until(status, (answer) => answer === 200);

  const answers: number[] = [];
  const calling = until(
    async () => answers.push(await status()),
    () => answers.length > 40 && answers.slice(-20).every((answer) => answer === 403),
  );
  await until(
    () => answers.length,
    (count) => count > 20,
  );
  zone.global(resource('Mesh', '', 'default', permissive));
  await calling;
  const first = answers.indexOf(403);
  expect(answers.slice(0, first)).toEqual(answers.slice(0, first).map(() => 200));
  expect(answers.slice(first)).toEqual(answers.slice(first).map(() => 403));
});
