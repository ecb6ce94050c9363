import {
  type ServerDuplexStream,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { withProbeAnswers } from '../../shared/resource/dataplane/serviceProbe.ts';
import type { DataplaneSpec } from '../../shared/resource/dataplane/spec.ts';
import { resolved } from '../../shared/resource/resolved.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import { applicationCluster } from '../../shared/snapshot/application.ts';
import { healthCheckSpecifier } from '../../shared/snapshot/healthChecks.ts';
import type { ProxyMetadata } from '../../shared/snapshot/proxy.ts';
import { ADMIN_NAME } from '../../shared/xds/names.ts';
import { encodeMessage } from '../ads/encode.ts';
import { byteStream, refusal, tokenOf } from '../ads/grpc.ts';
import { parseNodeId, readNodeMetadata } from '../dataplane/nodeMetadata.ts';
import { messages } from './messages.ts';
import { decodeHealthMessage, type HealthReport } from './report.ts';

type Deps = {
  /** What a proxy stands for, with the version of it; `undefined` while it is not there. */
  readonly dataplane: (
    mesh: string,
    name: string,
  ) => { readonly resource: Resource<DataplaneSpec>; readonly version: number } | undefined;
  /** @throws Error when the token does not allow the Dataplane; the stream is refused then */
  readonly authenticate: (token: string, dataplane: Resource) => Promise<void>;
  /** Resolves when it is in the view. Rejects when somebody else wrote it since that version. */
  readonly write: (dataplane: Resource<DataplaneSpec>, version: number) => Promise<void>;
  readonly log: { warn(fields: object, message: string): void };
  /** Milliseconds that a stream may be open before it says whose it is. */
  readonly silentMs?: number;
};

type Call = ServerDuplexStream<Buffer, Buffer>;

interface Stream {
  readonly id: string;
  readonly mesh: string;
  readonly name: string;
  readonly token: string;
  readonly metadata: ProxyMetadata;
  readonly call: Call;
  isOpen: boolean;
  admission: 'none' | 'asked' | 'given';
  /** What it was last told to look at. */
  told: string;
  /** What it found last. */
  report: HealthReport | undefined;
  writing: boolean;
}

export const HDS_SERVICE = {
  StreamHealthCheck: byteStream('/envoy.service.health.v3.HealthDiscoveryService/StreamHealthCheck'),
} satisfies ServiceDefinition;

const SILENT_MS = 30_000;

/**
 * Envoy's health discovery service, as Kuma uses it (its pkg/hds): tells each sidecar which of its applications to look at, and
 * writes what it finds as the readiness of its inbounds. So callers leave out an application that hangs or is not up yet.
 */
export class HealthDiscovery {
  /** By proxy id. Whoever names a proxy opens a stream of it, so a newer one takes nothing from an older one. */
  readonly #streams = new Map<string, Set<Stream>>();
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** To be added to a grpc-js server with `HDS_SERVICE`. */
  get handlers(): UntypedServiceImplementation {
    return { StreamHealthCheck: (call: Call) => this.#serve(call) };
  }

  /** The Dataplane of that proxy is another now, or there is one. */
  changed(proxyId: string): void {
    for (const stream of this.#streams.get(proxyId) ?? []) this.#look(stream);
  }

  #serve(call: Call): void {
    let stream: Stream | undefined;
    const end = (code: status, details: string) => {
      close();
      call.emit('error', { code, details });
    };
    const silent = setTimeout(
      () => end(status.DEADLINE_EXCEEDED, 'the stream did not say whose it is'),
      this.#deps.silentMs ?? SILENT_MS,
    );
    const close = () => {
      clearTimeout(silent);
      if (stream) this.#close(stream);
    };
    call.on('data', (bytes: Buffer) => {
      try {
        const { node, report } = decodeHealthMessage(bytes);
        if (!stream) {
          if (!node) return end(status.INVALID_ARGUMENT, 'the first message of a stream must carry node.id');
          clearTimeout(silent);
          stream = this.#open(call, node);
        }
        if (report) stream.report = report;
        this.#look(stream);
      } catch (cause) {
        end(status.INVALID_ARGUMENT, `not a message of the health discovery service: ${(cause as Error).message}`);
      }
    });
    call.on('end', () => {
      close();
      call.end();
    });
    for (const event of ['cancelled', 'error', 'close']) call.on(event, close);
  }

  /** @throws Error */
  #open(call: Call, node: { readonly id: string; readonly metadata: Readonly<Record<string, unknown>> }): Stream {
    const stream: Stream = {
      id: node.id,
      ...parseNodeId(node.id),
      token: tokenOf(call.metadata),
      metadata: readNodeMetadata(node.metadata).proxy,
      call,
      isOpen: true,
      admission: 'none',
      told: '',
      report: undefined,
      writing: false,
    };
    const others = this.#streams.get(node.id) ?? new Set();
    this.#streams.set(node.id, others.add(stream));
    return stream;
  }

  #close(stream: Stream): void {
    stream.isOpen = false;
    const streams = this.#streams.get(stream.id);
    streams?.delete(stream);
    if (streams?.size === 0) this.#streams.delete(stream.id);
  }

  /** Does what is to be done upon what is known: asks once whether it may, tells what to look at, writes what was found. */
  #look(stream: Stream): void {
    const found = this.#deps.dataplane(stream.mesh, stream.name);
    if (!found || !stream.isOpen) return;
    if (stream.admission !== 'given') {
      this.#admit(stream, found.resource);
      return;
    }
    const specifier = healthCheckSpecifier(resolved(found.resource).spec, stream.metadata);
    const told = JSON.stringify(specifier);
    if (told !== stream.told) {
      stream.told = told;
      // What it found so far may be of something else.
      stream.report = undefined;
      stream.call.write(encodeMessage(messages.specifier, specifier));
    }
    if (stream.report && !stream.writing) this.#write(stream, stream.report, found.resource, found.version);
  }

  #admit(stream: Stream, dataplane: Resource): void {
    if (stream.admission === 'asked') return;
    stream.admission = 'asked';
    this.#deps.authenticate(stream.token, dataplane).then(
      () => {
        stream.admission = 'given';
        this.#look(stream);
      },
      (cause: unknown) => {
        const { code, message } = refusal(cause);
        this.#deps.log.warn({ proxy: stream.id, reason: message }, 'health stream refused');
        stream.call.emit('error', { code, details: message });
      },
    );
  }

  #write(stream: Stream, report: HealthReport, dataplane: Resource<DataplaneSpec>, version: number): void {
    const isUp = report.get(ADMIN_NAME) ?? true;
    const spec = withProbeAnswers(dataplane.spec, (inbound) => {
      const answers = report.get(applicationCluster(inbound));
      return answers === undefined ? undefined : answers && isUp;
    });
    if (spec === dataplane.spec) return;
    stream.writing = true;
    this.#deps
      .write({ ...dataplane, spec }, version)
      .catch((cause: Error) =>
        // The next report comes within a second.
        this.#deps.log.warn({ proxy: stream.id, error: cause.message }, 'readiness of its inbounds not written'),
      )
      .finally(() => {
        stream.writing = false;
        // What came meanwhile counts.
        if (stream.report !== report) this.#look(stream);
      });
  }
}
