import type { GlobalConfig } from './config.ts';

const MASK = '*****';

/** A configuration as it may be shown: without the key of the secrets and the database's password. */
export function maskedConfig(config: Pick<GlobalConfig, 'secrets.key' | 'store.url'>): Record<string, unknown> {
  return {
    ...config,
    'secrets.key': config['secrets.key'] ? MASK : '',
    'store.url': config['store.url'] ? maskedUrl(config['store.url']) : '',
  };
}

/** PostgreSQL takes a password before the host, and as a parameter. */
function maskedUrl(text: string): string {
  if (!URL.canParse(text)) return MASK;
  const url = new URL(text);
  if (url.password) url.password = MASK;
  for (const name of url.searchParams.keys()) if (/password/i.test(name)) url.searchParams.set(name, MASK);
  return url.href;
}
