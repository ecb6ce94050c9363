import type { IncomingMessage, ServerResponse } from 'node:http';
import { X509Certificate } from 'node:crypto';
import type { DataplaneSpec } from '../../shared/resource/dataplane/spec.ts';
import { identifyingService } from '../../shared/resource/dataplane/tagSets.ts';
import type { Registry } from '../../shared/resource/registry.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import type { Role } from '../../shared/resource/role.ts';
import type { ProxyKind } from '../../shared/snapshot/proxy.ts';
import type { View } from '../../shared/view/view.ts';
import { z } from 'zod';
import { isAuthority, isNamed } from '../identity/certificateFacts.ts';
import { bootstrapConfig } from './bootstrap.ts';
import { type BootstrapRequest, bootstrapRequestSchema } from './bootstrapRequest.ts';
import { DefaultAdminPorts } from './defaultAdminPorts.ts';
import { ProxyRefused, proxyResource, resourceType } from './proxyResource.ts';
import { trustedCas } from './trustedCas.ts';

type Deps = {
  readonly view: View;
  readonly registry: Registry;
  readonly role: Role;
  readonly zone: string;
  readonly auth: 'dpToken' | 'none';
  /** The CAs (PEM) that proxies are to know the zone by now. */
  readonly trusted: () => string;
  /** What the port shows; it is renewed with the same names. */
  readonly certificatePem: string;
  /** Where Envoy shall connect, when the request does not say a host. */
  readonly host: string;
  readonly adminPorts: DefaultAdminPorts;
  readonly now: () => Date;
};

/** Answer of POST /bootstrap: body as text. */
interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

const LONGEST_BODY = 1 << 20;
const TEXT = 'text/plain; charset=utf-8';

/** `POST /bootstrap`, with the statuses of Kuma's pkg/xds/bootstrap/handler.go; errors are plain text, as kuma-dp prints them. */
export function bootstrapHandler(
  options: Omit<Deps, 'adminPorts'>,
): (request: IncomingMessage, response: ServerResponse) => void {
  const deps: Deps = { ...options, adminPorts: new DefaultAdminPorts(options.view, options.zone) };
  return (request, response) => {
    const send = ({ status, contentType, body }: Answer) =>
      response.writeHead(status, { 'content-type': contentType }).end(body);
    if (request.url?.split('?')[0] !== '/bootstrap')
      return send({ status: 404, contentType: TEXT, body: 'there is only POST /bootstrap, and ADS over gRPC\n' });
    if (request.method !== 'POST') return send({ status: 405, contentType: TEXT, body: 'POST it\n' });
    let size = 0;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= LONGEST_BODY) return chunks.push(chunk);
      send({ status: 413, contentType: TEXT, body: `the request is longer than ${LONGEST_BODY} bytes\n` });
      return request.destroy();
    });
    request.on('error', () => {});
    request.on('end', () => {
      const port = request.socket.localPort ?? 0;
      if (size <= LONGEST_BODY) send(answer(Buffer.concat(chunks).toString('utf8'), request.headers, port, deps));
    });
  };
}

/** @param localPort port that the request came in at: Envoy connects to the same */
export function answer(
  body: string,
  headers: { readonly host?: string | undefined; readonly accept?: string | undefined },
  localPort: number,
  deps: Deps,
): Answer {
  try {
    const request = parseRequest(body);
    const { host, port } = hostOf(headers.host, deps.host, localPort);
    if (!isNamed(deps.certificatePem, host)) {
      return refused(
        400,
        `the certificate of this control plane does not name ${host}; use one of ${new X509Certificate(deps.certificatePem).subjectAltName}`,
      );
    }
    if (request.caCert && !isAuthority(request.caCert)) return refused(400, 'the CA certificate given is not a CA');
    if (deps.auth === 'dpToken' && !request.dataplaneToken)
      return refused(422, 'a token is required: dataplaneToken is empty');
    const resource = subjectOf(request, deps);
    // An empty 404 tells kuma-dp to try again: the Dataplane may be created later.
    if (!resource) return { status: 404, contentType: TEXT, body: '' };
    if (resource.mesh && !deps.view.get({ type: 'Mesh', mesh: '', name: resource.mesh })) {
      // It may be on its way from global: 5xx has the proxy try again.
      return refused(503, `there is no mesh ${resource.mesh} in this zone`);
    }
    const kind = kindOf(request);
    const adminPort =
      (resource.spec as Partial<DataplaneSpec>).networking?.admin?.port ||
      request.adminPort ||
      deps.adminPorts.of(resource, deps.now());
    const cluster = kind === 'sidecar' ? identifyingService(resource) : kind;
    const xds = { host, port, trusts: trustedCas(request.caCert, deps.trusted()) };
    const bootstrap = JSON.stringify(
      bootstrapConfig(request, { mesh: resource.mesh, name: resource.name, cluster, adminPort }, xds),
      null,
      2,
    );
    // YAML is a superset of JSON, so this is the YAML that others ask for, too.
    if (headers.accept && !/json|\*\/\*/.test(headers.accept))
      return { status: 200, contentType: 'text/x-yaml', body: bootstrap };
    const address = (resource.spec as Partial<DataplaneSpec>).networking?.address ?? '';
    const kumaSidecarConfiguration = { networking: { corefileTemplate: null, address }, metrics: { aggregate: [] } };
    return {
      status: 200,
      contentType: 'application/json',
      body: JSON.stringify({ bootstrap: Buffer.from(bootstrap).toString('base64'), kumaSidecarConfiguration }),
    };
  } catch (cause) {
    return cause instanceof ProxyRefused ? refused(422, cause.message) : refused(400, (cause as Error).message);
  }
}

function parseRequest(body: string): BootstrapRequest {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (cause) {
    throw new Error(`the body is not JSON: ${(cause as Error).message}`);
  }
  const result = bootstrapRequestSchema.safeParse(json);
  if (!result.success) throw new Error(`the request is not valid:\n${z.prettifyError(result.error)}`);
  return result.data;
}

/** The Dataplane, ZoneIngress or ZoneEgress: as it comes with the request, else as it is known by name. */
function subjectOf(request: BootstrapRequest, deps: Deps): Resource | undefined {
  const kind = kindOf(request);
  if (request.dataplaneResource) {
    const resource = proxyResource(request.dataplaneResource, kind, deps);
    return resource;
  }
  const key = {
    type: resourceType(kind),
    mesh: kind === 'sidecar' ? request.mesh || 'default' : '',
    name: request.name,
  };
  return deps.view.get(key, deps.zone)?.resource;
}

function kindOf({ proxyType }: BootstrapRequest): ProxyKind {
  return proxyType === 'dataplane' ? 'sidecar' : proxyType;
}

function hostOf(header: string | undefined, fallback: string, localPort: number): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(header ?? '');
  const host = match?.[1] ?? match?.[2] ?? fallback;
  return { host, port: match?.[3] ? Number(match[3]) : localPort };
}

function refused(status: number, reason: string): Answer {
  return { status, contentType: TEXT, body: `${reason}\n` };
}
