import type { RestError } from './errors.ts';
import type { Answer } from './http.ts';

/**
 * Kuma's error object (`pkg/core/rest/errors/types/error.go`): `details` and `causes` are the deprecated twins that its server
 * always sends too.
 */
export function errorAnswer(error: RestError, title: string): Answer {
  const { status, message: detail, violations } = error;
  const lists = violations.length > 0;
  return {
    status,
    body: {
      type: '/std-errors',
      status,
      title: error.title ?? title,
      detail,
      ...(lists && { invalid_parameters: violations.map(({ field, reason }) => ({ field, reason })) }),
      details: detail,
      ...(lists && { causes: violations.map(({ field, reason }) => ({ field, message: reason })) }),
    },
  };
}
