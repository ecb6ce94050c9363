import type { GlobalConfig } from './config.ts';

/** A configuration as it may be shown: without the key of the secrets and the database's password. */
export function maskedConfig(config: Pick<GlobalConfig, 'secrets.key' | 'store.url'>): Record<string, unknown> {
  return {
    ...config,
    'secrets.key': config['secrets.key'] ? '*****' : '',
    'store.url': config['store.url'].replace(/:[^:@/]*@/, ':*****@'),
  };
}
