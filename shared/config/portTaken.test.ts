import { expect, it } from 'vitest';
import { portTaken } from './portTaken.ts';
import { WrongSetting } from './settings.ts';

it('names the setting of a taken port, and leaves other errors alone', () => {
  const taken = portTaken(
    Object.assign(new Error('listen'), { code: 'EADDRINUSE', port: 5681 }),
    'MERIDIAN_GLOBAL_API_PORT',
  );
  expect(taken).toBeInstanceOf(WrongSetting);
  expect(taken.message).toBe(
    'port 5681 is taken by another program; choose another with MERIDIAN_GLOBAL_API_PORT (0: any free one)',
  );
  const other = new Error('x');
  expect(portTaken(other, 'S')).toBe(other);
});
