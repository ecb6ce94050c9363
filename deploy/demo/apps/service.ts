// backend and catalog: an app that tells who it is and what reached it. /slow?ms=1500 answers late.
import { setTimeout as wait } from 'node:timers/promises';
import { app, serve } from './httpApp.ts';

serve(async ({ path, query, headers }) => {
  if (path === '/slow') await wait(Number(query.get('ms') ?? 1000));
  return {
    body: {
      service: app.service,
      version: app.version,
      zone: app.zone,
      instance: app.instance,
      path,
      /** Whom the own sidecar let in: Envoy writes the caller's certificate here, an app cannot forge it. */
      caller: headers['x-forwarded-client-cert'] ?? null,
    },
  };
});
