import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { keepCertificates } from '../runtime/certificate/keepCertificates.ts';
import { givenCertificate } from '../runtime/certificate/readCertificate.ts';
import { controlPlaneCommand, type Running } from '../runtime/controlPlaneCommand.ts';
import { type Build, startRuntime } from '../runtime/runtime.ts';
import { troublesText } from '../shared/event/status.ts';
import type { Role } from '../shared/resource/role.ts';
import { answerAsks } from './ask/answerAsks.ts';
import { readZoneConfig, ZONE_PREFIX, type ZoneConfig } from './config.ts';
import { ensureUserKey } from './identity/ensureUserKey.ts';
import { beat } from './ingress/beat.ts';
import { reach } from './ingress/reach.ts';
import { watchIngresses } from './ingress/watchIngresses.ts';
import { startReconciling } from './reconciling.ts';
import { joinGlobal } from './replica/joinGlobal.ts';
import { openReplica } from './replica/openReplica.ts';
import { heedNotices } from './status/heedNotices.ts';
import { watchInstances } from './status/instances.ts';
import { zoneMetrics } from './status/metrics.ts';
import { ownStatus } from './status/ownStatus.ts';
import { reportStatus } from './status/statusReporter.ts';
import { Troubles } from './status/troubles.ts';
import { envoyAdmin as envoysHere } from './store/envoyAdmin.ts';

const READY_POLL_MS = 5;

/** The modules that are only needed when there is something to serve. */
const whatServes = () =>
  Promise.all([import('./servingProxies.ts'), import('./rest.ts'), import('../runtime/serve.ts')]);

/** Starts a zone control plane; resolves when it serves proxies. @throws Error whose message is for the operator */
async function runZone(config: ZoneConfig, build: Build): Promise<Running> {
  const zone = config.name;
  const runtime = startRuntime({ cp: 'zone', zone, level: config['log.level'] }, build);
  const { version, instance, startedAt, log, metrics, onError } = runtime;
  const role: Role = { mode: 'zone', zone, environment: 'universal' };

  const keysDir = config['keys.dir'] || config['data.dir'];
  const opened = await openReplica({ config, role, keysDir, runtime });
  const { leaf, zoneLog, replica, addresses, credentialExpiresAt } = opened;
  const troubles = new Troubles({ now: runtime.now, running: () => performance.now(), onError });
  troubles.watch("the zone's nats-server", opened.trouble);
  const { view } = replica;
  let lost = () => {};
  const instances = watchInstances({
    replica,
    log: zoneLog,
    zone,
    instance,
    now: () => performance.now(),
    lost: (other) => {
      log.warn({ other }, 'another control plane of the zone is gone: its proxies may come here');
      lost();
    },
    onError: onError('a report of a control plane that is long gone'),
  });
  replica.start();
  const joined = joinGlobal({
    leaf,
    replica,
    zone,
    onError: onError('global does not answer; going on with what is here'),
    onLacking: onError('copies of what the hub holds'),
    hello: () => ({ zone, instance, version, publicKey: opened.publicKey() }),
    // Greeting global and making the mirrors shall not wait for it, and there is time for it while they fill.
    onFollowing: () => void whatServes().catch(() => {}),
  });
  while (!replica.ready()) await sleep(READY_POLL_MS);
  log.info({ position: replica.position(), milliseconds: Date.now() - Date.parse(startedAt) }, 'the view is complete');
  const [{ startServingProxies }, { zoneRest }, { serve }] = await whatServes();

  await ensureUserKey({ view, zone, log: zoneLog, replica, now: runtime.now }).catch(
    onError('users cannot be given tokens of this zone'),
  );

  const serving = await startServingProxies({
    config,
    prefix: ZONE_PREFIX,
    replica,
    zoneLog,
    role,
    keysDir,
    otherInstances: instances.others,
    runtime,
  });
  const { dataPlane } = serving;
  lost = dataPlane.sweepSoon;
  const stopBeating = beat({ view, zone, log: zoneLog, ...troubles.of('a sign of life of the ingress') });
  const deadAfterMs = config['ingress.deadAfter'];
  const stopWatching = watchIngresses({ replica, zone, deadAfterMs, reach, now: () => performance.now(), log });
  const endReconciling = startReconciling({ config, replica, zoneLog, troubles, onError });

  const status = ownStatus({ config, replica, dataPlane, troubles, runtime });
  const reporter = reportStatus({
    replica,
    log: zoneLog,
    instance,
    status,
    ...troubles.of('the status could not be reported'),
  });
  dataPlane.rollouts.onChanged(() => reporter.soon());
  zoneMetrics({ metrics, replica, addresses, dataPlane, leaf, troubles, credentialExpiresAt });
  const stopRenewing = keepCertificates(
    [...dataPlane.certificates, ...opened.certificates, ...givenCertificate(config)],
    {
      metrics,
      log,
      onError: onError('a certificate could not be renewed'),
    },
  );
  const stopHeeding = heedNotices({
    leaf,
    zone,
    instance,
    replica,
    makeAnew: joined.makeAnew,
    troubles,
    onError: onError('a notice of global'),
  });
  const envoyAdmin = envoysHere(dataPlane.ads, dataPlane.adminClient);
  const stopAnswering = answerAsks({
    leaf,
    zone,
    instance,
    view,
    envoyAdmin,
    onError: onError('global cannot ask about proxies'),
  });
  const served = await serve(runtime, {
    config,
    prefix: ZONE_PREFIX,
    rest: zoneRest({ ...serving, config, role, leaf, zoneLog, replica, envoyAdmin, status, runtime }),
    notReady: () => (replica.ready() ? '' : 'the first fill is not complete'),
    trouble: () => troublesText(troubles.list()),
    ready: { ads: dataPlane.address, position: replica.position() },
  });

  return {
    url: served.url,
    stop: async () => {
      log.info('stopping');
      await served.close();
      joined.stop();
      stopRenewing();
      stopAnswering();
      stopHeeding();
      stopBeating();
      instances.stop();
      stopWatching();
      endReconciling();
      reporter.stop();
      await dataPlane.stop();
      await opened.close();
      log.info('stopped');
    },
  };
}

/** `meridian zone` */
export const zoneCommand = (build: () => Promise<Build>): Command =>
  controlPlaneCommand(
    {
      name: 'zone',
      description: 'run the control plane of a zone',
      prefix: ZONE_PREFIX,
      readConfig: readZoneConfig,
      run: runZone,
    },
    build,
  );
