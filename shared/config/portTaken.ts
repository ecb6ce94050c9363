import { WrongSetting } from './settings.ts';

/** What a failed listen means to the operator: a taken port says whose setting it is; other errors stay as they are. */
export function portTaken(error: Error, setting: string): Error {
  const { code, port } = error as Error & { code?: string; port?: number };
  if (code !== 'EADDRINUSE') return error;
  return new WrongSetting(`port ${port} is taken by another program; choose another with ${setting} (0: any free one)`);
}
