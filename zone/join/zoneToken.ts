import { readFileSync } from 'node:fs';

/** The zone token in that file. @throws Error that says how to get one. */
export function zoneToken(file: string, zone: string): string {
  if (file === '')
    throw new Error(
      `MERIDIAN_ZONE_GLOBAL_TOKEN_FILE names no file; on global, \`meridian generate zone-token --zone ${zone} --scope cp --valid-for 8760h\` prints the token to put there`,
    );
  return readFileSync(file, 'utf8').trim();
}
