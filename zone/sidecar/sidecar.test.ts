import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { readDataplane, readVariables } from './dataplaneFile.ts';
import { dpCommand } from './dpCommand.ts';
import { requestBootstrap } from './requestBootstrap.ts';

describe('a dataplane file', () => {
  const text =
    'type: Dataplane\nname: "{{ name }}"\nnetworking: {address: "{{{address}}}", note: "{{ note }}{{ missing }}"}';

  it('is rendered as mustache does', () => {
    const variables = readVariables(['name=a-1,address=10.0.0.1', 'note=<x>&']);
    expect(readDataplane(text, variables, 'file')).toEqual({
      type: 'Dataplane',
      mesh: 'default',
      name: 'a-1',
      networking: { address: '10.0.0.1', note: '&lt;x&gt;&amp;' },
    });
  });

  it('says what is wrong with it', () => {
    expect(() => readDataplane('type: Mesh\nname: x', {}, 'dp.yaml')).toThrow(/dp.yaml holds no Dataplane[\s\S]*type/);
    expect(() => readDataplane('a: [', {}, 'dp.yaml')).toThrow('dp.yaml is not YAML');
    expect(() => readVariables(['x'])).toThrow('--dataplane-var is "x"; it must be name=value');
  });
});

describe('asking for the bootstrap configuration', () => {
  const answers = async (list: [number, string][]) => {
    const asked: unknown[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        asked.push(JSON.parse(body));
        const [status, text] = list[Math.min(asked.length, list.length) - 1] ?? [500, ''];
        response.writeHead(status).end(text);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const logged: string[] = [];
    let now = 0;
    const run = (signal = new AbortController().signal) =>
      requestBootstrap(
        {
          cpAddress: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
          caCert: undefined,
          skipVerify: false,
          body: { name: 'x' },
        },
        {
          signal,
          log: (message) => logged.push(message),
          sleep: async (ms) => {
            now += ms;
          },
          now: () => now,
        },
      ).finally(() => server.close());
    return { asked, logged, run };
  };
  const good: [number, string] = [200, JSON.stringify({ bootstrap: Buffer.from('config').toString('base64') })];

  it('goes on through what may pass', async () => {
    const { asked, logged, run } = await answers([[404, ''], [503, 'soon'], good]);
    expect(await run()).toBe('config');
    expect(asked).toEqual([{ name: 'x' }, { name: 'x' }, { name: 'x' }]);
    expect(logged).toEqual([
      'the control plane does not know this proxy yet; trying again',
      'the control plane answered 503: soon; trying again',
    ]);
  });

  it('ends at once with what does not', async () => {
    const { asked, run } = await answers([[422, 'a token is required\n']]);
    await expect(run()).rejects.toThrow(/refused this proxy \(422\): a token is required$/);
    expect(asked).toHaveLength(1);
  });

  it.each(['<html>', '{}'])('says what is wrong with an address where something else answers: %s', async (body) => {
    const { run } = await answers([[200, body]]);
    await expect(run()).rejects.toThrow(/answered without a bootstrap configuration; --cp-address has to name/);
  });

  it('gives up after five minutes', async () => {
    await expect((await answers([[500, 'no']])).run()).rejects.toThrow(
      'within 5 minutes: the control plane answered 500: no',
    );
  });

  it('ends with the signal', async () => {
    const { run } = await answers([[500, 'no']]);
    await expect(run(AbortSignal.abort())).rejects.toThrow(/abort/i);
  });
});

describe('meridian dp', () => {
  const options = (args: string[], env: NodeJS.ProcessEnv = {}) => {
    const command = dpCommand('1.2.3', env)
      .exitOverride()
      .configureOutput({ writeErr() {} });
    command.action(() => {});
    command.parse(args, { from: 'user' });
    return command.opts();
  };

  it('takes the flags of kuma-dp', () => {
    const args = [
      '--cp-address',
      'https://cp:5678',
      '-d',
      'dp.yaml',
      '-v',
      'a=1',
      '-v',
      'b=2,c=3',
      '--drain-time',
      '1m30s',
      '--concurrency',
      '2',
      '--proxy-type',
      'ingress',
    ];
    expect(options(args)).toMatchObject({
      cpAddress: 'https://cp:5678',
      dataplaneFile: 'dp.yaml',
      dataplaneVar: ['a=1', 'b=2,c=3'],
      drainTime: 90_000,
      concurrency: 2,
      proxyType: 'ingress',
      skipVerify: false,
      readinessPort: 9902,
      dnsPort: 0,
    });
  });

  it('takes what is not given from the environment, ours before Kuma’s', () => {
    const env = {
      KUMA_CONTROL_PLANE_URL: 'https://a:1',
      KUMA_READINESS_PORT: '9',
      KUMA_DATAPLANE_DRAIN_TIME: '500ms',
      MERIDIAN_DP_READINESS_PORT: '8',
      MERIDIAN_DP_SKIP_VERIFY: 'true',
    };
    expect(options([], env)).toMatchObject({
      cpAddress: 'https://a:1',
      readinessPort: 8,
      drainTime: 500,
      skipVerify: true,
    });
    expect(options(['--readiness-port', '7'], env).readinessPort).toBe(7);
  });

  it.each([
    [['--cp-address', 'cp:5678'], {}, 'it must be as https://host:5678'],
    [['--drain-time', '30'], {}, 'it must be as 30s'],
    [['--dns-port', '70000'], {}, 'it must be 0 to 65535'],
    [['--proxy-type', 'x'], {}, 'it must be dataplane, ingress or egress'],
    [[], { KUMA_READINESS_PORT: 'x' }, 'KUMA_READINESS_PORT: it must be a whole number'],
  ])('refuses %j %j', (args, env, message) => {
    expect(() => options(args, env)).toThrow(message);
  });
});
