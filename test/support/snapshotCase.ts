import { readdirSync, readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { Registry } from '../../shared/resource/registry.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import type { SnapshotInput } from '../../shared/snapshot/input.ts';
import type { Proxy, ProxyMetadata } from '../../shared/snapshot/proxy.ts';
import { View } from '../../shared/view/view.ts';

export const NO_METADATA: ProxyMetadata = {
  features: [],
  adminPort: 0,
  adminSocket: '',
  readinessPort: 0,
  dnsPort: 0,
  workdir: '/tmp',
  version: { dp: '', envoy: '' },
};

interface Header {
  readonly zone: string;
  readonly serviceVipPort?: number;
  readonly proxy: Pick<Proxy, 'kind' | 'mesh' | 'name' | 'identity'> & { readonly metadata?: Partial<ProxyMetadata> };
}

/** A resource as one writes it in YAML: flat or with `spec`, and with the zone whose log it is in as `origin`. */
export type WrittenResource = {
  readonly type: string;
  readonly mesh?: string;
  readonly name: string;
  readonly origin?: string;
} & Record<string, unknown>;

/** Paths of a folder's `*.input.yaml`, sorted. */
export function snapshotCases(folder: URL): URL[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.input.yaml'));
  return names.sort().map((name) => new URL(name, folder));
}

/** What a case says: the first document is zone and proxy, each further one a resource. */
export function snapshotCase(file: URL, registry: Registry): SnapshotInput {
  const [header, ...resources] = parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS());
  const { zone, serviceVipPort = 80, proxy } = header as Header;
  const id = `${proxy.mesh}.${proxy.name}`;
  return {
    view: viewOf(resources as WrittenResource[]),
    proxy: { ...proxy, id, metadata: { ...NO_METADATA, ...proxy.metadata } },
    registry,
    settings: { zone, domain: 'mesh', serviceVipPort },
  };
}

export function viewOf(written: readonly WrittenResource[]): View {
  const view = new View();
  for (const [index, one] of written.entries()) {
    const resource = resourceOf(one);
    view.apply({ origin: one.origin ?? '', key: resource, resource, version: index + 1 });
  }
  return view;
}

export function resourceOf({
  type,
  mesh = '',
  name,
  origin: _,
  labels = {},
  spec,
  ...flat
}: WrittenResource): Resource {
  const at = '2026-01-01T00:00:00Z';
  const known = labels as Record<string, string>;
  return { type, mesh, name, labels: known, creationTime: at, modificationTime: at, spec: spec ?? flat };
}
