import type { Command } from 'commander';
import { controlPlaneCommand, type Running } from '../runtime/controlPlaneCommand.ts';
import { type Build, startRuntime } from '../runtime/runtime.ts';
import { serve } from '../runtime/serve.ts';
import { apiCertificate, withCertificate } from './certificate/apiCertificate.ts';
import { keepCertificates } from '../runtime/certificate/keepCertificates.ts';
import { givenCertificate } from '../runtime/certificate/readCertificate.ts';
import { openPolicyLog } from './command/openPolicyLog.ts';
import { GLOBAL_PREFIX, type GlobalConfig, readGlobalConfig } from './config.ts';
import { ensureHubKeys } from './hubAccess/ensureHubKeys.ts';
import { countedAppend } from './insight/metrics.ts';
import { startInsight } from './insight/startInsight.ts';
import { hubCredentials } from './log/hubCredentials.ts';
import { gatherGreeting } from './relay/gather.ts';
import { answerHellos } from './relay/hello.ts';
import { openHub } from './relay/openHub.ts';
import { startRelaying } from './relay/startRelaying.ts';
import { welcome } from './relay/welcome.ts';
import { globalRest } from './rest.ts';
import { keyGrants } from './secret/keyGrants.ts';

/** Starts a global control plane; resolves when it answers. @throws Error whose message is for the operator */
async function runGlobal(config: GlobalConfig, build: Build): Promise<Running> {
  const runtime = startRuntime({ cp: 'global', level: config['log.level'] }, build);
  const { log, metrics, now, onError } = runtime;

  const { events, keys, keks, sealer, made, ...opened } = await openPolicyLog({ ...config, now });
  const append = countedAppend(opened.commands.log.append, metrics);
  const commands = { ...opened.commands, log: { ...opened.commands.log, append } };
  const first = [...made, ...(await ensureHubKeys(commands))];
  if (first.length > 0) log.info({ made: first }, 'first start');

  const credentials = hubCredentials(events.db);
  const { hub, system, signingCa, certificates, trouble, close } = await openHub({
    config,
    commands,
    credentials,
    runtime,
  });
  const grants = keyGrants(keks, keys);
  const relaying = startRelaying({ events, commands, credentials, hub, system, grants, departures: keys, runtime });
  const insight = await startInsight({ config, events, hub, runtime });
  const gather = gatherGreeting(hub);
  const stopHellos = answerHellos({
    hub,
    welcome: async (hello) => {
      const consumers = await welcome(hello, { events, keys, hub, grants, gather });
      return { logId: events.logId, head: insight.head(), consumers };
    },
    onError: onError('a zone could not be welcomed'),
  });
  const ofApi = apiCertificate(config, signingCa, now);
  const served = await serve(runtime, {
    config: await withCertificate(config, ofApi),
    prefix: GLOBAL_PREFIX,
    rest: globalRest({ config, policy: { events, sealer, commands }, credentials, hub, insight, runtime }),
    // Without its hub it takes writes and answers as before, and no other instance could do more: it stays in service.
    trouble: () => [trouble(), relaying.trouble()].filter(Boolean).join('; '),
    ready: { log: events.logId, store: config['store.url'] ? 'postgres' : 'embedded' },
  });

  const stopRenewing = keepCertificates([...certificates, ...(ofApi ? [ofApi] : givenCertificate(config))], {
    metrics,
    log,
    onError: onError('a certificate could not be renewed'),
  });

  return {
    url: served.url,
    stop: async () => {
      log.info('stopping');
      stopRenewing();
      await served.close();
      stopHellos();
      insight.stop();
      await relaying.stop();
      await close();
      await events.close();
      log.info('stopped');
    },
  };
}

/** `meridian global` */
export const globalCommand = (build: () => Promise<Build>): Command =>
  controlPlaneCommand(
    {
      name: 'global',
      description: 'run the global control plane',
      prefix: GLOBAL_PREFIX,
      readConfig: readGlobalConfig,
      run: runGlobal,
    },
    build,
  );
