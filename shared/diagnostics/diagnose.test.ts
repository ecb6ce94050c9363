import { expect, it } from 'vitest';
import { diagnose } from './diagnose.ts';

const diagnosis = {
  unhealthy: () => '',
  notReady: () => 'the log is not reachable',
  trouble: () => '',
  metrics: async () => 'up 1\n',
};

it('tells health, readiness with its reason, and metrics', async () => {
  expect(await diagnose('/healthy', diagnosis)).toMatchObject({ status: 200, body: 'OK\n' });
  expect(await diagnose('/ready', diagnosis)).toMatchObject({ status: 503, body: 'the log is not reachable\n' });
  expect(await diagnose('/metrics', diagnosis)).toMatchObject({ status: 200, body: 'up 1\n' });
  expect(await diagnose('/', diagnosis)).toMatchObject({ status: 404 });
});

it('takes requests while something is tried in vain, and says what', async () => {
  const troubled = { ...diagnosis, notReady: () => '', trouble: () => 'the hub does not answer' };
  const said = await diagnose('/ready', troubled);
  expect(said).toMatchObject({ status: 200, body: 'OK, but: the hub does not answer\n' });
  expect(await diagnose('/healthy', troubled)).toMatchObject({ status: 200, body: 'OK\n' });
});
