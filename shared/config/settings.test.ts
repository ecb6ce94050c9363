import { describe, expect, it } from 'vitest';
import { flag, port, text } from './kinds.ts';
import { envName, readSettings, setting, WrongSetting } from './settings.ts';

const settings = {
  'api.port': setting(port, 5681, 'port of the REST API'),
  'api.readOnly': setting(flag, false, 'refuse writes'),
  'data.dir': setting(text, 'data', 'folder'),
};

describe('settings', () => {
  it('takes defaults, then the file, then the environment', () => {
    const values = readSettings(settings, 'M', { api: { port: 1 }, data: { dir: 'x' } }, { M_DATA_DIR: 'y' });
    expect(values).toEqual({ 'api.port': 1, 'api.readOnly': false, 'data.dir': 'y' });
  });

  it('names the variable of a setting', () => {
    expect(envName('MERIDIAN_ZONE', 'api.readOnly')).toBe('MERIDIAN_ZONE_API_READ_ONLY');
  });

  it('stops at a wrong value with the name of the setting', () => {
    expect(() => readSettings(settings, 'M', {}, { M_API_PORT: '70000' })).toThrow(
      /^M_API_PORT: "70000" is wrong: a port is/,
    );
    expect(() => readSettings(settings, 'M', { api: { port: 'x' } }, {})).toThrow(
      /^api.port in the configuration file/,
    );
  });

  it('does not ignore what it does not know', () => {
    expect(() => readSettings(settings, 'M', { api: { prot: 1 } }, {})).toThrow(WrongSetting);
  });
});
