import type { ResourceDescriptor } from '../resource/descriptor.ts';
import { MESH_LABEL } from '../resource/labels.ts';
import type { Resource } from '../resource/resource.ts';
import { flatSpec, type JsonFields } from './resourceJson.ts';

const SYSTEM_NAMESPACE = 'kuma-system';

/** A resource as the Kubernetes object that would hold it, for `?format=kubernetes`: `pkg/plugins/resources/k8s/mapper.go` of Kuma. */
export function kubernetesForm(
  descriptor: ResourceDescriptor,
  resource: Resource,
  namespace = SYSTEM_NAMESPACE,
): JsonFields {
  const { name, mesh, spec } = resource;
  const metadata = { name, creationTimestamp: resource.creationTime.replace(/\.\d+/, '') };
  const inMesh = descriptor.scope === 'Mesh';
  if (descriptor.adminOnly) {
    const { data } = flatSpec(descriptor, resource);
    return {
      kind: 'Secret',
      apiVersion: 'v1',
      metadata: { ...metadata, namespace, ...(inMesh && { labels: { [MESH_LABEL]: mesh } }) },
      ...(data !== undefined && { data: { value: data } }),
      type: inMesh ? 'system.kuma.io/secret' : 'system.kuma.io/global-secret',
    };
  }
  const head = { kind: descriptor.type, apiVersion: 'kuma.io/v1alpha1' };
  if (descriptor.style === 'spec') {
    return { ...head, metadata: { ...metadata, namespace, ...(inMesh && { labels: { [MESH_LABEL]: mesh } }) }, spec };
  }
  const namespaced = descriptor.type === 'Dataplane';
  return { ...head, metadata: { ...metadata, ...(namespaced && { namespace }) }, ...(inMesh && { mesh }), spec };
}
