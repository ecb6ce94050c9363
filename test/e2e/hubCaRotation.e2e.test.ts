import { readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { type GlobalAndHub, startGlobal } from '../../deploy/demo/cluster.ts';
import { folderOf } from '../../deploy/demo/ground.ts';
import { startNats } from '../../deploy/demo/natsServer.ts';
import { writeSecretFile } from '../../deploy/demo/runAs.ts';
import { until } from '../../deploy/demo/until.ts';
import { startZone, type Zone } from '../../deploy/demo/zone.ts';
import { fetchStatus } from '../../global/cli/statusBody.ts';
import { certificatesIn } from '../../runtime/certificate/readCertificate.ts';
import { Clock, lacksClock } from '../faults/clock.ts';
import { type DeathlessGround, deathlessGround } from '../support/deathlessGround.ts';
import { natsCertificate } from '../support/natsTls.ts';
import { operate } from '../support/operate.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';

const ZONES = ['east', 'west'] as const;
const HOUR_MS = 3_600_000;
const WRITE_MS = 300;
/** What fails on a busy machine is tried again after a minute. */
const PATIENCE_MS = 150_000;
/** A connection is refused by who does not trust the CA. */
const UNTRUSTED = /unable to (get|verify)|self.signed/;

let prepared: DeathlessGround;
let postgres: Postgres;
let house: GlobalAndHub;
let zones: readonly Zone[];
/** Of global, the zones and the command line: days pass when it is set. */
let clock: Clock;

beforeAll(async () => {
  if (lacksClock()) return;
  prepared = deathlessGround();
  postgres = await startPostgres();
  clock = new Clock(prepared.ground);
  for (const [name, value] of Object.entries(clock.env)) vi.stubEnv(name, value);
  vi.stubEnv('MERIDIAN_GLOBAL_ZONE_CREDENTIAL_LIFETIME', String(12 * HOUR_MS));
  house = await startGlobal(prepared.ground, { store: await postgres.createDatabase() }, () => {});
  const options = { dpAuth: 'dpToken', vipPort: 80 } as const;
  zones = await Promise.all(ZONES.map((name) => startZone(prepared.ground, house.joining, { name, ...options })));
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await prepared?.stop();
  await postgres?.stop();
});

const folderOfHub = () => folderOf(prepared.ground, 'nats-hub');
const folderOfLeaf = (zone: string) => folderOf(prepared.ground, `nats-${zone}`);
const logOf = (name: string) => readFileSync(join(prepared.ground.data, 'logs', `${name}.log`), 'utf8');
/** What is trusted, PEM: by global and by whoever is given its file, and by the nats-server of each zone. */
const trustedBy = () => [
  readFileSync(join(folderOfHub(), 'ca.crt'), 'utf8'),
  ...ZONES.map((zone) => readFileSync(join(folderOfLeaf(zone), 'hub-ca.crt'), 'utf8')),
];
const leafUrl = () => house.env.MERIDIAN_GLOBAL_HUB_LEAF_URL ?? '';

/** Dials the hub as global does and as zones do, and the REST API. @throws Error when one of them is of no CA that is trusted */
async function dialAll(ca: string): Promise<void> {
  for (const url of [house.hub.url, leafUrl()]) await natsCertificate(url, ca);
  const rest = connect({ host: '127.0.0.1', port: Number(new URL(house.global.https).port), ca });
  try {
    await once(rest, 'secureConnect');
  } finally {
    rest.destroy();
  }
}

const deletions = z.object({
  items: z.array(z.looseObject({ type: z.string(), key: z.looseObject({ name: z.string() }) })),
});

/** Names of the hub's secrets that were deleted. */
async function deleted(): Promise<string[]> {
  const { items } = deletions.parse(await house.api.get('/log?type=GlobalSecret&limit=100'));
  return items.filter(({ type }) => type === 'ResourceDeleted').map(({ key }) => key.name);
}

const putTimeout = (turn: number) =>
  house.api.send('PUT', '/meshes/default/meshtimeouts/turn', {
    body: {
      type: 'MeshTimeout',
      mesh: 'default',
      name: 'turn',
      spec: {
        targetRef: { kind: 'Mesh' },
        to: [{ targetRef: { kind: 'Mesh' }, default: { http: { requestTimeout: `${turn + 1}s` } } }],
      },
    },
  });

const allInSync = () =>
  until({
    what: 'both zones are proven in sync',
    probe: () => fetchStatus(house.api),
    holds: ({ zones: shown, position }) =>
      ZONES.every((name) => shown.some((zone) => zone.name === name && zone.inSync && zone.position === position)),
    pause: 100,
  });

/** A change every few hundred milliseconds. @returns what ends it, and tells what did not go well meanwhile */
function keepWriting() {
  const trouble = new Set<string>();
  let [over, turns] = [false, 0];
  const write = async () => {
    for (; !over; turns++) {
      await putTimeout(turns);
      for (const { name, state, reason } of (await fetchStatus(house.api)).zones)
        if (state !== 'online') trouble.add(`${name} ${state}: ${reason}`);
      await sleep(WRITE_MS);
    }
  };
  const writing = write().catch((error: Error) => void trouble.add(error.message));
  return {
    turns: () => turns,
    stop: async () => {
      over = true;
      await writing;
      return [...trouble];
    },
  };
}

const untilTrusted = (what: string, holds: (pem: string) => boolean) =>
  until({ what, probe: async () => trustedBy(), holds: (all) => all.every(holds), timeout: PATIENCE_MS, pause: 100 });

test.skipIf(lacksClock() !== '')(
  'the hub gets its next CA under load, and nobody is disconnected',
  async () => {
    const [former = ''] = trustedBy();
    await dialAll(former);
    for (const kind of ['crt', 'key']) {
      const text = readFileSync(join(folderOfHub(), `hub.${kind}`), 'utf8');
      writeSecretFile(join(folderOfHub(), `former.${kind}`), text, prepared.ground.runAs);
    }
    // A zone that has only just begun has reported nothing yet.
    await allInSync();
    const writing = keepWriting();

    await operate(prepared.ground, ['rotate', 'hub-ca'], house.env);
    await until({
      what: 'global trusts both',
      probe: async () => certificatesIn(trustedBy()[0] ?? '').length,
      holds: (count) => count === 2,
      pause: 100,
    });
    await dialAll(former);
    clock.set(1);
    await untilTrusted('zones are told of both', (pem) => pem.startsWith(former) && certificatesIn(pem).length === 2);
    const next = trustedBy()[0]?.slice(former.length) ?? '';
    await until({
      what: "the former CA's key is deleted",
      probe: deleted,
      holds: (names) => names.includes('hub-ca-key'),
    });
    await until({
      what: 'the hub and REST show certificates of the next CA',
      timeout: PATIENCE_MS,
      probe: () => dialAll(next).then(() => '', String),
      holds: (error) => error === '',
      pause: 200,
    });
    await expect(dialAll(former)).rejects.toThrow(UNTRUSTED);

    // Not before a day is over, although the zones were given credentials since.
    const issuedAt = () =>
      ZONES.map((zone) => JSON.parse(readFileSync(join(folderOfLeaf(zone), 'hub.json'), 'utf8')).issuedAt);
    const before = issuedAt();
    clock.set(23);
    await until({
      what: 'the zones have their next credentials',
      timeout: PATIENCE_MS,
      probe: async () => issuedAt(),
      holds: (now) => now.every((at, index) => at > before[index]),
      pause: 100,
    });
    const turns = writing.turns();
    await until({
      what: 'changes went on',
      probe: async () => writing.turns(),
      holds: (now) => now > turns + 10,
      pause: 100,
    });
    expect(await deleted()).toEqual(['hub-ca-key']);

    clock.set(26);
    await until({
      what: "the former CA's certificate is deleted",
      probe: deleted,
      holds: (names) => names.includes('hub-ca-certificate'),
      pause: 100,
    });
    const read = ZONES.map((zone) => logOf(`nats-${zone}`).length);
    clock.set(27);
    await untilTrusted('nobody trusts the former CA', (pem) => pem === next);
    await until({
      what: "the zones' nats-servers have read that",
      timeout: PATIENCE_MS,
      probe: async () => ZONES.map((zone, index) => logOf(`nats-${zone}`).slice(read[index])),
      holds: (logs) => logs.every((log) => log.includes('Reloaded server configuration')),
      pause: 100,
    });
    await dialAll(next);
    expect(await writing.stop()).toEqual([]);
    expect(writing.turns()).toBeGreaterThan(50);
    await allInSync();
    for (const zone of ZONES) expect(logOf(`nats-${zone}`)).not.toContain('Leafnode connection closed');
  },
  600_000,
);

test.skipIf(lacksClock() !== '')('whoever has a certificate of the former CA is no hub any more', async () => {
  const { ground } = prepared;
  await ground.family.latest('nats-hub').stop();
  const conf = join(folderOfHub(), 'hub.conf');
  const text = readFileSync(conf, 'utf8');
  const impostor = join(folderOfHub(), 'impostor.conf');
  writeFileSync(impostor, text.replaceAll(/hub\.(crt|key)"/g, 'former.$1"'));
  const port = Number(new URL(house.hub.url).port);
  const server = await startNats(ground, 'nats-impostor', port, impostor);
  for (const zone of ZONES)
    await until({
      what: `the nats-server of ${zone} refuses it`,
      probe: async () => logOf(`nats-${zone}`),
      holds: (log) => log.includes('certificate signed by unknown authority'),
      show: (log) => log.slice(-1_000),
      pause: 100,
    });
  await server.stop();
  await startNats(ground, 'nats-hub', port, conf);
  await putTimeout(1_000);
  await allInSync();
});

test.skipIf(lacksClock() !== '')('zones come up with what they have on disk, without global and with it', async () => {
  const { ground } = prepared;
  await house.global.stop();
  for (const { name, controlPlane, nats } of zones) {
    await controlPlane.stop();
    await ground.family.latest(`nats-${name}`).stop();
    controlPlane.launch();
    await startNats(ground, `nats-${name}`, Number(new URL(nats.url).port), await controlPlane.natsConfig());
    await controlPlane.ready();
    const response = await fetch(`${controlPlane.url}/meshes/default/meshtimeouts`);
    expect(await response.text()).toContain('16m41s');
  }
  await house.global.start();
  await putTimeout(2_000);
  await allInSync();
});
