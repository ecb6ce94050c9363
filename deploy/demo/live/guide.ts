import { type Demo, meshUrl } from '../demo.ts';
import { denyFrontend, pathOf, shortTimeout } from '../mesh.ts';

/** URLs and three things to try, with the addresses of this run. */
export function guide(demo: Demo): string {
  const { cluster, workloads } = demo;
  const global = cluster.global.url;
  const call = (service: string, path = '/') =>
    `${workloads.get('frontend-1').url}/call?url=${meshUrl(demo, service, path)}`;
  const put = (resource: typeof denyFrontend) =>
    `curl -X PUT ${global}${pathOf(resource)} -H 'content-type: application/json' -d '${JSON.stringify(resource)}'`;
  const verb = `node deploy/meridian.js`;
  return [
    'URLs',
    `  global    ${global}`,
    ...cluster.zones.map(({ name, controlPlane, ads }) => `  ${name}    ${controlPlane.url}   proxies: ${ads}`),
    `  frontend  ${call('backend')}`,
    '',
    'Try, in another terminal (kumactl works as well, after `kumactl config control-planes add --name demo --address ' +
      `${global}\`)`,
    '  1. forbid frontend → backend, and see 403 above; then allow it again',
    `     ${put(denyFrontend)}`,
    `     ${verb} delete meshtrafficpermission ${denyFrontend.name} --address ${global}`,
    '  2. give slow answers up after half a second',
    `     ${put(shortTimeout)}`,
    `     curl '${call('backend', '/slow?ms=2000')}'`,
    '  3. see who changed what, and whether the zones have it',
    `     ${verb} log --address ${global}`,
    `     ${verb} status --address ${global}`,
  ].join('\n');
}
