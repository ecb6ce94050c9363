import { isDnsName } from '../address.ts';
import type { Violation } from '../violation.ts';
import { confWarnings, parseConf } from './backendConf.ts';
import { isLifetime } from './certificateLifetime.ts';
import { KINDS, PARTS, providedCaViolations } from './providedCa.ts';
import { builtinConf } from './schema.ts';
import { builtinCaSecrets, type CaBackend } from './spec.ts';

/** What is wrong with the CAs of a mesh. Of types that are not known the first is told, and nothing after it. */
export function caViolations(mesh: string, backends: readonly CaBackend[] = []): Violation[] {
  const unknown = backends.findIndex(({ type }) => type !== 'builtin' && type !== 'provided');
  const known = unknown < 0 ? backends : backends.slice(0, unknown);
  const violations = known.flatMap((backend, i) => {
    const field = `mtls.backends[${i}].conf`;
    return backend.type === 'provided'
      ? providedCaViolations(backend, field)
      : [...secretNameViolations(mesh, backend, field), ...builtinCaViolations(backend, field)];
  });
  if (unknown < 0) return violations;
  const reason = 'could not find installed plugin for this type';
  return [...violations, { field: `mtls.backends[${unknown}].type`, reason }];
}

function builtinCaViolations({ conf }: CaBackend, field: string): Violation[] {
  const parsed = parseConf(builtinConf, conf);
  if ('fault' in parsed) return [{ field, reason: `could not convert backend config: ${parsed.fault}` }];
  const { RSAbits, expiration } = parsed.conf.caCert ?? {};
  const violations: Violation[] = [];
  if (RSAbits !== undefined && (RSAbits < 1024 || RSAbits > 8192))
    violations.push({ field: `${field}.caCert.RSAbits`, reason: 'must be in inclusive range [1024, 8192]' });
  if (expiration !== undefined && !isLifetime(expiration))
    violations.push({ field: `${field}.caCert.expiration`, reason: 'has to be a valid format' });
  return violations;
}

/** The Secret of a builtin CA has the name of its backend in its own. That the field has the path twice is Kuma's. */
function secretNameViolations(mesh: string, { name }: CaBackend, conf: string): Violation[] {
  const secret = builtinCaSecrets(mesh, name).certificate;
  const field = `${conf}.mtls.backends.name`;
  return [
    ...(secret.length > 255 ? [{ field, reason: 'Backend name is too long. Max length: 255' }] : []),
    ...(isDnsName(secret) && secret === secret.toLowerCase()
      ? []
      : [{ field, reason: `${JSON.stringify(secret)} name must be valid dns name` }]),
  ];
}

/** Fields of CAs that nobody reads. */
export function caWarnings(backends: readonly CaBackend[] = []): string[] {
  return backends.flatMap(({ type, conf = {} }, i) => {
    const field = `mtls.backends[${i}].conf`;
    const parts = type === 'provided' ? PARTS : (['caCert'] as const);
    const known = type === 'provided' ? KINDS : ['RSAbits', 'expiration'];
    return [
      ...confWarnings(conf, type, parts, field),
      ...parts.flatMap((part) => confWarnings(conf[part] as object, part, known, `${field}.${part}`)),
    ];
  });
}
