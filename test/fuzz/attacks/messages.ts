import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import fc from 'fast-check';
import { ASK_ERROR, askSubject } from '../../../shared/event/ask.ts';
import { HELLO_PREFIX } from '../../../shared/event/hello.ts';
import { encodeToken, subjectOf, UP_PREFIX } from '../../../shared/event/subject.ts';
import { leafUser } from '../../../zone/leaf/leafUser.ts';
import { connectToLeaf } from '../../../zone/leaf/leafConnection.ts';
import type { Attack, Dose } from '../attack.ts';
import { findings } from '../check.ts';
import { corpus } from '../corpus.ts';
import { exchange } from '../exchange.ts';
import { HOSTILE_TEXTS, mutated } from '../hostile.ts';
import type { Target } from '../target.ts';
import { verdict } from '../verdict.ts';

const TYPES = [
  'Dataplane',
  'DataplaneInsight',
  'ZoneIngress',
  'ZoneIngressInsight',
  'ZoneEgress',
  'ZoneStatus',
  'Vip',
  'Mesh',
  'Zone',
  'Secret',
  'MeshTimeout',
  'MeshProxyPatch',
  'Nothing',
  '__proto__',
];
/** What reads such resources, on global and in the zone. */
const READS = [
  '/meshes/default/dataplanes/_overview',
  '/dataplanes',
  '/zoneingresses/_overview',
  '/zone-ingresses',
  '/zones/_overview',
  '/mesh-insights',
  '/meshes/default/service-insights',
  '/global-insight',
  '/sync',
  '/rollouts',
  '/meshes/default/meshtimeouts',
];
const tokenText = fc
  .constantFrom(...HOSTILE_TEXTS)
  .map((text) => encodeToken(text.toWellFormed().replace(/[\s\0-\x1f]/g, '')).slice(0, 1_000) || 'x');
const jsonish = fc.constantFrom('', 'null', '{}', '[]', '{', '{"zone":1}', '\ud800', '{"__proto__":1}');
const REPLY_MS = 3_000;

/** What a zone that has gone bad can send, to global and to its own control plane: messages of every subject it may write. */
export const messages: Attack = {
  name: 'odd messages of a zone',
  run: async (target, dose) => {
    const url = Object.values(target.cluster.nats.zones)[0] ?? '';
    const user = leafUser(join(target.data, 'zone-1', 'leaf-user.nk'));
    const ca = readFileSync(join(target.data, 'nats-zone-1', 'leaf.crt'), 'utf8');
    const { nats } = await connectToLeaf({ url, ca, user, zone: 'zone-1' });
    try {
      return [
        ...(await hellos(nats, dose)),
        ...(await zoneLog(nats, target, dose)),
        ...(await asks(nats, target, dose)),
        ...(await huge(nats, target)),
      ];
    } finally {
      await nats.close();
    }
  },
};

/** A greeting is answered, with what is wrong about it. */
async function hellos(nats: NatsConnection, dose: Dose): Promise<readonly string[]> {
  const hello = mutated([
    { zone: 'zone-1', instance: 'x', version: '1', publicKey: Buffer.alloc(44).toString('base64') },
  ]);
  const property = fc.asyncProperty(
    fc.oneof(
      hello.map(({ text }) => text),
      jsonish,
    ),
    async (text) => {
      const answer = await nats.request(`${HELLO_PREFIX}.zone-1`, text, { timeout: REPLY_MS });
      const reply = answer.json<{ error?: string }>();
      if (!reply.error) throw new Error(`it was welcomed: ${answer.string()}`);
    },
  );
  return findings(property, { ...dose, runs: Math.min(dose.runs, 100) });
}

/** Whatever stands in the zone's log: lists and overviews on both sides stay readable. */
async function zoneLog(nats: NatsConnection, { global, zone }: Target, dose: Dose): Promise<readonly string[]> {
  const known = corpus().map((body) => ({
    labels: {},
    creationTime: '',
    modificationTime: '',
    mesh: 'default',
    ...body,
    spec: 'spec' in body ? body.spec : body,
  }));
  const insight = {
    subscriptions: [{ id: 'x', connectTime: 'now', status: { total: { responsesSent: 'x' } } }],
    mTLS: { issuedBackend: {} },
  };
  const insights = TYPES.map((type) => ({
    type,
    mesh: 'default',
    name: 'odd',
    labels: {},
    creationTime: '',
    modificationTime: '',
    spec: insight,
  }));
  const body = fc.oneof(
    mutated(known),
    mutated(insights),
    jsonish.map((text) => ({ text, type: undefined, name: undefined, mesh: undefined })),
  );
  const property = fc.asyncProperty(
    body,
    fc.constantFrom(...TYPES),
    tokenText,
    fc.boolean(),
    fc.constantFrom(...READS),
    async ({ text, type, name, mesh }, other, odd, consistent, read) => {
      const key = { mesh: mesh ?? '', type: type ?? other, name: name || 'odd' };
      const tokens = subjectOf(UP_PREFIX, key);
      const subject =
        consistent && /^[\x21-\x7e]{1,900}$/.test(tokens) ? tokens : `${UP_PREFIX}.default.${other}.${odd}`;
      const hdrs = headers();
      hdrs.set('Cp-Odd', 'x'.repeat(100));
      nats.publish(subject, text, { headers: hdrs });
      await nats.flush();
      for (const side of [zone, global]) {
        const complaint = verdict(await exchange(side, 'GET', read, {}, undefined));
        if (complaint) throw new Error(`after a message on ${subject}: GET ${read} of ${side} ${complaint}`);
      }
      nats.publish(subject, '');
    },
  );
  return findings(property, dose);
}

/** What global asks is answered or refused, whatever it is. */
async function asks(nats: NatsConnection, { zone }: Target, dose: Dose): Promise<readonly string[]> {
  const ask = mutated([{ what: 'xds', proxy: { type: 'Dataplane', mesh: 'default', name: 'd' }, json: true }]);
  const { instanceId } = (await (await fetch(`${zone}/`)).json()) as { instanceId: string };
  const property = fc.asyncProperty(
    fc.oneof(
      ask.map(({ text }) => text),
      jsonish,
    ),
    async (text) => {
      const { headers: hdrs } = await nats.request(askSubject('zone-1', instanceId), text, { timeout: REPLY_MS });
      if (!hdrs?.get(ASK_ERROR)) throw new Error('it was answered');
    },
  );
  return findings(property, { ...dose, runs: Math.min(dose.runs, 50) });
}

const MiB = 1024 * 1024;
/** Less than a message may have. */
const LARGE = 6 * MiB;

/** Messages as long as the server takes them, in body and in header, on every subject of a zone. */
async function huge(nats: NatsConnection, { global, zone }: Target): Promise<readonly string[]> {
  const { instanceId } = (await (await fetch(`${zone}/`)).json()) as { instanceId: string };
  const bodies = [
    'x'.repeat(LARGE),
    '['.repeat(LARGE),
    `{"zone":"${'z'.repeat(LARGE)}"}`,
    JSON.stringify({ type: 'Dataplane', mesh: 'default', name: 'odd', labels: { a: 'b'.repeat(LARGE) }, spec: {} }),
  ];
  const key = { mesh: 'default', type: 'Dataplane', name: 'odd' };
  const written = subjectOf(UP_PREFIX, key);
  const found: string[] = [];
  for (const body of bodies) {
    const answers = [`${HELLO_PREFIX}.zone-1`, askSubject('zone-1', instanceId)].map((subject) =>
      nats.request(subject, body, { timeout: 10 * REPLY_MS }).then(
        () => [],
        (error: Error) => [`${subject} with ${body.length} bytes: ${error.message}`],
      ),
    );
    found.push(...(await Promise.all(answers)).flat());
    const hdrs = headers();
    hdrs.set('Cp-Odd', 'x'.repeat(MiB));
    nats.publish(written, body, { headers: hdrs });
    await nats.flush();
    for (const side of [zone, global]) {
      const complaint = verdict(await exchange(side, 'GET', '/meshes/default/dataplanes/_overview', {}, undefined));
      if (complaint) found.push(`after a message of ${body.length} bytes ${side} ${complaint}`);
    }
  }
  nats.publish(written, '');
  await nats.flush();
  return found;
}
