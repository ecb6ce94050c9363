import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCli } from '../test/support/runCli.ts';
import { startRecordedServer } from '../test/support/recordedServer.ts';
import { tempDir } from '../test/support/tempDir.ts';

const YAML = `type: MeshTimeout
mesh: demo
name: t
spec:
  to:
    - targetRef: { kind: Mesh }
      default:
        http:
          requestTimeout: soon
---
type: Mesh
name: demo
`;

const applied = (...statuses: string[]) => ({
  body: {
    change: 'c-1',
    position: 7,
    resources: [
      { type: 'Mesh', name: 'demo', status: statuses[0] },
      { type: 'MeshTimeout', mesh: 'demo', name: 't', status: statuses[1], warnings: ['deprecated'] },
    ],
  },
});

const tried = (requestTimeout: string) => ({
  body: {
    dryRun: {
      resources: [
        { type: 'Mesh', name: 'demo', status: 'unchanged', diff: [] },
        {
          type: 'MeshTimeout',
          mesh: 'demo',
          name: 't',
          status: 'updated',
          diff: [
            { op: 'replace', path: '/spec/to/0/default/http/requestTimeout', value: requestTimeout, was: '2s' },
            { op: 'add', path: '/labels/a~1b', value: 'c' },
            { op: 'add', path: '/spec/to/-', value: { targetRef: { kind: 'Mesh' } } },
            { op: 'remove', path: '/spec/targetRef', was: { kind: 'Mesh' } },
          ],
        },
      ],
      proxies: {
        total: 1,
        items: [
          {
            type: 'Dataplane',
            mesh: 'demo',
            name: 'web-1-abc',
            labels: { 'kuma.io/zone': 'east', 'kuma.io/display-name': 'web-1' },
            diff: [{ op: 'replace', path: '/a', value: 1 }],
          },
        ],
        next: null,
      },
    },
  },
});

const posts = (arrived: readonly { request: string }[]) => arrived.filter(({ request }) => request.startsWith('POST'));

describe('apply', () => {
  it('sends all documents as one change, meshes first, with the reason', async () => {
    const answers = { 'POST /changes': applied('created', 'updated') };
    const { status, out, err, arrived } = await runCli(['apply', '-f', '-', '-m', 'slow backend'], answers, YAML);
    expect(status).toBe(0);
    expect(out).toBe('Mesh "demo" created\nMeshTimeout "t" in mesh "demo" updated\n');
    expect(err).toBe('warning: deprecated\n');
    const [post, ...more] = arrived.filter(({ request }) => request.startsWith('POST'));
    expect(more).toEqual([]);
    expect(post?.request).toBe('POST /changes?message=slow+backend');
    expect(post?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
    const { documents } = (post as { body: unknown }).body as { documents: object[] };
    expect(documents).toMatchObject([
      { type: 'Mesh', name: 'demo' },
      { type: 'MeshTimeout', mesh: 'demo', name: 't' },
    ]);
  });

  it('sends nothing when one document cannot be read, and says where', async () => {
    const { status, err, arrived } = await runCli(['apply', '-f', '-'], {}, 'type: Mesh\nname: demo\n---\nname: t\n');
    expect(status).toBe(1);
    expect(err).toBe(
      'error: standard input:4: not a resource: type has to name the resource type, as in "type: MeshTimeout"\n',
    );
    expect(arrived).toEqual([]);
  });

  it('--var gives the values of a template, from a file, a stream or an URL', async () => {
    const template = 'type: Zone\nname: {{ name }}\nenabled: {{ on }}\nurl: "{{ url }}"\n';
    const values = ['-v', 'name=east,on=true', '--var', 'url=http://a?b=c,d'];
    const answers = { 'POST /changes': applied('created', 'created'), 'GET /zone.yaml': { body: template } };
    const sent = { type: 'Zone', name: 'east', enabled: true, url: 'http://a?b=c,d' };
    const streamed = await runCli(['apply', '-f', '-', ...values], answers, template);
    expect(posts(streamed.arrived)).toMatchObject([{ body: { documents: [sent] } }]);
    const server = await startRecordedServer(answers);
    onTestFinished(server.close);
    const fetched = await runCli(['apply', '-f', `${server.address}/zone.yaml`, ...values], answers);
    expect(posts(fetched.arrived)).toMatchObject([{ body: { documents: [sent] } }]);
    const missing = await runCli(['apply', '-f', '-', '-v', 'nmae=east'], answers, template);
    expect(missing.err).toBe('error: standard input:2: there is no value for {{ name }}. Did you mean nmae?\n');
    expect(missing.arrived).toEqual([]);
    expect((await runCli(['apply', '-f', '-', '-v', 'name'], answers, template)).err).toContain('has to be key=value');
  });

  it('names the line of broken YAML', async () => {
    const { err } = await runCli(['apply', '-f', '-'], {}, 'type: Mesh\nname: [demo\n');
    expect(err).toMatch(/^error: standard input:3:1: .*\n {4}3 \| \n {6}\| \^\n$/);
  });

  it('shows the line that the server refuses', async () => {
    const refusal = {
      title: 'Could not process a change',
      detail: 'Nothing was applied: 1 of 2 documents are not valid',
      invalid_parameters: [{ field: 'documents[1].spec.to[0].default.http.requestTimeout', reason: 'no duration' }],
    };
    const answers = { 'POST /changes': { status: 400, body: refusal } };
    const { status, err } = await runCli(['apply', '-f', '-'], answers, YAML);
    expect(status).toBe(1);
    expect(err).toBe(
      [
        'error: Could not process a change (Nothing was applied: 1 of 2 documents are not valid)',
        'standard input:9:11: MeshTimeout "t" in mesh "demo": spec.to[0].default.http.requestTimeout: no duration',
        '    9 |           requestTimeout: soon',
        '      |           ^',
        '',
      ].join('\n'),
    );
  });

  it('--create-only says that nothing of it may be there, and applies nothing where that cannot be said', async () => {
    const answers = { 'POST /changes': applied('created', 'created') };
    const { arrived } = await runCli(['apply', '-f', '-', '--create-only'], answers, YAML);
    expect(posts(arrived)).toMatchObject([{ body: { ifNoneMatch: ['*', '*'] } }]);
    const elsewhere = await runCli(['apply', '-f', '-', '--create-only'], { 'PUT /meshes/demo': { body: {} } }, YAML);
    expect(elsewhere).toMatchObject({ status: 1, out: '', err: expect.stringContaining('takes no conditions') });
    expect(elsewhere.arrived.filter(({ request }) => request.startsWith('PUT'))).toEqual([]);
  });

  it('warns of fields that have no effect, where they are written', async () => {
    const [mesh, timeout] = applied('created', 'updated').body.resources;
    const unknownFields = [
      { field: 'spec.to[0].default.http.requestTimeot', known: ['requestTimeout', 'streamIdleTimeout'] },
      { field: 'spec.to[0].default["a.b"]', known: ['http', 'idleTimeout'] },
    ];
    const resources = [mesh, { ...timeout, warnings: [], unknownFields }];
    const answers = { 'POST /changes': { body: { change: 'c', resources } } };
    const yaml = YAML.replace('requestTimeout', 'requestTimeot').replace(
      '        http:',
      '        a.b: 1\n        http:',
    );
    const { status, err } = await runCli(['apply', '-f', '-'], answers, yaml);
    expect(status).toBe(0);
    const head = 'MeshTimeout "t" in mesh "demo":';
    expect(err.split('\n')).toEqual([
      `warning: standard input:10:11: ${head} spec.to[0].default.http.requestTimeot has no effect, there is no such field. Did you mean requestTimeout?`,
      `warning: standard input:8:9: ${head} spec.to[0].default["a.b"] has no effect, there is no such field. Known are http, idleTimeout.`,
      '',
    ]);
  });

  it('puts one by one where there are no changes of several, as in Kuma', async () => {
    const refusal = {
      title: 'Could not process a resource',
      detail: 'Resource is not valid',
      invalid_parameters: [{ field: 'spec.to[0].default.http', reason: 'is wrong' }],
    };
    const kuma = {
      'PUT /meshes/demo': { status: 201, body: {} },
      'PUT /meshes/demo/meshtimeouts/t': { status: 400, body: refusal },
    };
    const tried = await runCli(['apply', '-f', '-', '--dry-run'], kuma, YAML);
    expect(tried).toMatchObject({ status: 1, out: '', err: expect.stringContaining('has no dry run') });
    expect(
      tried.arrived.filter(({ request }) => request.startsWith('PUT')),
      'Kuma would write them',
    ).toEqual([]);

    const { status, out, err } = await runCli(['apply', '-f', '-'], kuma, YAML);
    expect({ status, out }).toEqual({ status: 1, out: 'Mesh "demo" created\n' });
    expect(err).toContain('standard input:1: MeshTimeout "t" in mesh "demo" was refused: Could not process a resource');
    expect(err).toContain(
      'standard input:8:9: MeshTimeout "t" in mesh "demo": spec.to[0].default.http: is wrong\n    8 |',
    );
  });

  it('--dry-run shows the difference of resources and proxies', async () => {
    const answers = { 'POST /changes?dryRun=true&proxies=true&size=1000': tried('3s') };
    const { out, arrived } = await runCli(['apply', '-f', '-', '--dry-run'], answers, YAML);
    expect(out).toBe(
      [
        'Mesh "demo": unchanged',
        'MeshTimeout "t" in mesh "demo": updated',
        '  ~ spec.to[0].default.http.requestTimeout: 2s → 3s',
        '  + labels["a/b"]: c',
        '  + spec.to[]:',
        '  +   targetRef:',
        '  +     kind: Mesh',
        '  - spec.targetRef:',
        '  -   kind: Mesh',
        '',
        '1 proxy would get another configuration (-o yaml shows it)',
        'ZONE   MESH   TYPE        NAME    DIFFERENCES',
        'east   demo   Dataplane   web-1   1',
        '',
      ].join('\n'),
    );
    expect(posts(arrived).length).toBe(1);
  });

  it('--wait returns when the proxies have it', async () => {
    const zone = {
      name: 'east',
      state: 'online',
      inSync: true,
      position: 7,
      lag: 0,
      lagSeconds: 0,
      quarantined: 0,
      instances: [],
    };
    const rollout = { position: 7, at: '', what: '', proxies: 2, rejected: 0, errors: [] };
    const world = (acknowledged: number, errors: object[] = []) => ({
      'POST /changes': applied('unchanged', 'updated'),
      'GET /sync': { body: { items: [zone, { ...zone, name: 'west', state: 'offline', position: 1 }] } },
      'GET /log': { body: { items: [{ position: 7 }] } },
      'GET /rollouts': { body: { items: [] } },
      'GET /rollouts/c-1': {
        body: {
          ...rollout,
          acknowledged,
          errors,
          rejected: errors.length,
          milliseconds: acknowledged === 2 ? 12 : null,
        },
      },
    });
    const done = await runCli(['apply', '-f', '-', '--wait'], world(2), YAML);
    expect(done.err).toContain(
      '2 of 2 proxies have it after 12 ms\nnot connected, they get it when they are back: west\n',
    );
    const refused = await runCli(['apply', '-f', '-', '--wait'], world(1, [{ proxy: 'web', error: 'bad' }]), YAML);
    expect(refused).toMatchObject({ status: 1, err: expect.stringContaining('1 of 2 proxies rejected it: web: bad') });
    const inZone = { body: { resources: applied('unchanged', 'updated').body.resources } };
    const unwaited = await runCli(['apply', '-f', '-', '--wait'], { 'POST /changes': inZone }, YAML);
    expect(unwaited).toMatchObject({ status: 0, err: expect.stringContaining('not waited for proxies') });
    const late = await runCli(['apply', '-f', '-', '--wait', '--wait-timeout', '0'], world(1), YAML);
    expect(late).toMatchObject({ status: 1, err: expect.stringContaining('1 of 2 proxies have it. meridian status') });
  });

  it('reads a folder in order of name, and those in it on request', async () => {
    const { path: folder, remove } = await tempDir('apply');
    onTestFinished(remove);
    await mkdir(join(folder, 'd'));
    await writeFile(join(folder, 'b.yaml'), 'type: Zone\nname: b\n');
    await writeFile(join(folder, 'a.json'), '{"type":"Zone","name":"a"}');
    await writeFile(join(folder, 'c.txt'), 'no');
    await writeFile(join(folder, 'd', 'e.yml'), 'type: Zone\nname: e\n');
    const sent = async (...flags: string[]) => {
      const { arrived } = await runCli(['apply', '-f', folder, ...flags], { 'POST /changes': applied('a', 'b') });
      const { documents } = posts(arrived).map((one) => (one as { body?: unknown }).body)[0] as {
        documents: { name: string }[];
      };
      return documents.map(({ name }) => name);
    };
    expect(await sent()).toEqual(['a', 'b']);
    expect(await sent('-R')).toEqual(['a', 'b', 'e']);
  });
});
