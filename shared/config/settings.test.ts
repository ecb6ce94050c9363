import { describe, expect, it } from 'vitest';
import { flag, milliseconds, port, text } from './kinds.ts';
import { envName, readSettings, setting, WrongSetting } from './settings.ts';

const settings = {
  'api.port': setting(port, 5681, 'port of the REST API'),
  'api.readOnly': setting(flag, false, 'refuse writes'),
  'data.dir': setting(text, 'data', 'folder'),
  'dp.grace': setting(milliseconds, 5000, 'a while'),
  'log.level': setting(text, 'info', 'level', 'LOG_LEVEL'),
};

describe('settings', () => {
  it('takes defaults, then the file, then the environment', () => {
    const values = readSettings(settings, 'M', { api: { port: 1 }, data: { dir: 'x' } }, { M_DATA_DIR: 'y' });
    expect(values).toEqual({
      'api.port': 1,
      'api.readOnly': false,
      'data.dir': 'y',
      'dp.grace': 5000,
      'log.level': 'info',
    });
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
    expect(() => readSettings(settings, 'M', {}, { M_API_PORT: '' }), 'not any free one').toThrow(
      /^M_API_PORT: "" is wrong: a port is/,
    );
    expect(() => readSettings(settings, 'M', {}, { M_DP_GRACE: '5s' })).toThrow(
      /^M_DP_GRACE: "5s" is wrong: milliseconds, 0 or more/,
    );
    expect(() => readSettings(settings, 'M', {}, { M_API_READ_ONLY: 'yes' })).toThrow(/is wrong: true or false/);
    expect(() => readSettings(settings, 'M', { data: { dir: null } }, {})).toThrow(/is wrong: a text/);
  });

  it('does not ignore what it does not know', () => {
    const file = () => readSettings(settings, 'M', { api: { prot: 1 } }, {});
    expect(file).toThrow(new WrongSetting('api.prot: there is no such setting. Did you mean api.port?'));
    expect(() => readSettings(settings, 'M', 'api.port=1', {})).toThrow('has to hold a map of settings');
    expect(readSettings(settings, 'M', null, {}), 'an empty file').toMatchObject({ 'api.port': 5681 });
    const told = (variable: string) => () => readSettings(settings, 'M', {}, { [variable]: '1' });
    expect(told('M_API_PROT')).toThrow(
      new WrongSetting('M_API_PROT: there is no such setting. Did you mean M_API_PORT?'),
    );
    expect(told('M_LOG_LEVEL')).toThrow(
      new WrongSetting('M_LOG_LEVEL: there is no such setting. Did you mean LOG_LEVEL?'),
    );
    expect(told('M_XYZZY')).toThrow('M_XYZZY: there is no such setting. docs/configuration.md has all there are.');
  });

  it('leaves alone what is not meant for it, what Kubernetes says of a service of that name included', () => {
    const env = {
      MERIDIAN_OTHER: 'x',
      N_API_PORT: '1',
      M_SERVICE_HOST: '10.0.0.1',
      M_SERVICE_PORT_HTTP: '80',
      M_PORT: 'tcp://10.0.0.1:80',
      M_PORT_80_TCP_ADDR: '10.0.0.1',
    };
    expect(readSettings(settings, 'M', {}, env)).toMatchObject({ 'api.port': 5681 });
  });
});
