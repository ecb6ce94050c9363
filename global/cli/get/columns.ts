import { z } from 'zod';
import { age } from '../age.ts';
import type { ResourceType } from '../catalog.ts';
import { type RestResource, restResource } from '../list.ts';
import { table } from '../table.ts';
import { tagText, tagsOf } from '../tags.ts';

const meshColumns = z.looseObject({
  mtls: z
    .looseObject({
      enabledBackend: z.string().optional(),
      backends: z.array(z.looseObject({ name: z.string(), type: z.string() })).optional(),
    })
    .optional(),
  routing: z
    .looseObject({ localityAwareLoadBalancing: z.boolean().optional(), zoneEgress: z.boolean().optional() })
    .optional(),
});

/** Columns as kumactl's, per type. */
export function resourceTable(type: ResourceType, items: readonly unknown[], now: number): string {
  const resources = items.map((item) => restResource.parse(item));
  const columns = columnsOf(type);
  const head = [...(type.scope === 'Mesh' ? ['MESH'] : []), 'NAME', ...columns.map(({ title }) => title), 'AGE'];
  const rows = resources.map((resource) => [
    ...(type.scope === 'Mesh' ? [resource.mesh ?? ''] : []),
    resource.name,
    ...columns.map(({ value }) => value(resource)),
    age(resource.modificationTime, now),
  ]);
  return table(head, rows);
}

interface Column {
  readonly title: string;
  readonly value: (resource: RestResource) => string;
}

const onOff = (value: boolean | undefined) => (value ? 'on' : 'off');

function columnsOf(type: ResourceType): readonly Column[] {
  if (type.name === 'Mesh') {
    const spec = (resource: RestResource) => meshColumns.parse(resource);
    return [
      { title: 'mTLS', value: (resource) => mtlsText(spec(resource)) },
      { title: 'LOCALITY', value: (resource) => onOff(spec(resource).routing?.localityAwareLoadBalancing) },
      { title: 'ZONEEGRESS', value: (resource) => onOff(spec(resource).routing?.zoneEgress) },
    ];
  }
  if (type.name === 'Dataplane') {
    return [
      { title: 'TAGS', value: (resource) => tagText(tagsOf(resource)) },
      { title: 'ADDRESS', value: addressOf },
    ];
  }
  return [];
}

function mtlsText({ mtls }: z.infer<typeof meshColumns>): string {
  const backend = mtls?.backends?.find(({ name }) => name === mtls.enabledBackend);
  return backend ? `${backend.type}/${backend.name}` : 'off';
}

function addressOf(resource: RestResource): string {
  const parsed = z
    .looseObject({ networking: z.looseObject({ address: z.string(), advertisedAddress: z.string().optional() }) })
    .safeParse(resource);
  return parsed.success ? (parsed.data.networking.advertisedAddress ?? parsed.data.networking.address) : '';
}
