import type { Violation } from '../violation.ts';
import type { CaBackend } from './spec.ts';

/** Where a part of a provided CA is: exactly one of these says it. */
export interface DataSource {
  /** Name of a Secret of the mesh. */
  readonly secret?: string;
  /** Base64. */
  readonly inline?: string;
  readonly inlineString?: string;
  readonly file?: string;
}

const KINDS = ['secret', 'inline', 'inlineString', 'file'] as const;

export function caSource({ conf }: CaBackend, part: 'cert' | 'key'): DataSource | undefined {
  const source = conf?.[part];
  return source !== null && typeof source === 'object' ? source : undefined;
}

/** Names of the Secrets that a provided CA is made of. */
export function providedCaSecrets(backend: CaBackend): string[] {
  if (backend.type !== 'provided') return [];
  return [caSource(backend, 'cert')?.secret, caSource(backend, 'key')?.secret].filter((name) => name !== undefined);
}

/**
 * What is wrong with `conf` of a provided CA (policies §1.1), as far as it can be seen without the Secrets. Files of the control plane
 * are refused, since zones sign and have no such file; so are keys in the Mesh itself, which anybody may read. @param field path of `conf`
 */
export function providedCaViolations(backend: CaBackend, field: string): Violation[] {
  return (['cert', 'key'] as const).flatMap((part): Violation[] => {
    const at = `${field}.${part}`;
    const source = caSource(backend, part);
    if (!source) return [{ field: at, reason: 'has to be defined' }];
    const given = KINDS.filter((kind) => typeof source[kind] === 'string' && source[kind] !== '');
    if (given.length !== 1)
      return [{ field: at, reason: 'data source has to be chosen. Available sources: secret, inline, inlineString' }];
    if (given[0] === 'file') return [{ field: `${at}.file`, reason: 'is not supported yet, put it into a Secret' }];
    if (part === 'key' && given[0] !== 'secret')
      return [{ field: `${at}.${given[0]}`, reason: 'a key in a Mesh can be read by anybody, put it into a Secret' }];
    return [];
  });
}
