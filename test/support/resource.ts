import type { Resource } from '../../shared/resource/resource.ts';

/** A resource without labels and times. @param more what is otherwise about it */
export function resource(
  type: string,
  mesh: string,
  name: string,
  spec: unknown = {},
  more: Partial<Resource> = {},
): Resource {
  return { type, mesh, name, labels: {}, creationTime: '', modificationTime: '', spec, ...more };
}
