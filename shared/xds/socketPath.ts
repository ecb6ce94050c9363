/** Linux cuts paths of sockets at 107 characters; the name is cut as in Kuma's `pkg/core/xds/sockets.go`, since both sides make it. */
const LONGEST_PATH = 98;

/** Where Envoy and the process that runs it meet. @param kind of what passes there, as in Kuma: `al` are access logs, `mh` metrics */
export function socketPath(kind: 'al' | 'mh', workdir: string, mesh: string, name: string): string {
  return cut(`${workdir}/kuma-${kind}-${name}-${mesh}`);
}

/** Where Envoy tells that process what is meant for it; the name is older than what is told. */
export function dynamicConfigSocket(workdir: string): string {
  return cut(`${workdir}/kuma-mesh-metric-config`);
}

function cut(path: string): string {
  return `${path.slice(0, LONGEST_PATH)}.sock`;
}
