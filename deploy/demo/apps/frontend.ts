// frontend: GET /call?url=http://backend.mesh:8080/ calls another service by its name, as any program would whose resolver
// is the sidecar. There is no proxy setting and no address in here: the name is all it knows.
import { callByName } from './callByName.ts';
import { app, serve } from './httpApp.ts';

const dnsPort = Number(process.env.APP_DNS_PORT ?? 53);

serve(async ({ path, query }) => {
  const url = query.get('url');
  if (path !== '/call' || !url) {
    return { status: 404, body: { service: app.service, usage: '/call?url=http://backend.mesh:<port>/' } };
  }
  return { body: await callByName(url, dnsPort) };
});
