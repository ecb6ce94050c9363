import { expect, test } from 'vitest';
import { standaloneForTests } from '../../test/support/standaloneForTests.ts';

const { url } = await standaloneForTests('meshends');
const json = { 'content-type': 'application/json' };
const put = (path: string, document: object) =>
  fetch(url + path, { method: 'PUT', headers: json, body: JSON.stringify(document) });
const timeout = (mesh: string, name: string) =>
  put(`/meshes/${mesh}/meshtimeouts/${name}`, {
    type: 'MeshTimeout',
    mesh,
    name,
    spec: { to: [{ targetRef: { kind: 'Mesh' }, default: { idleTimeout: '1s' } }] },
  });

test('whoever writes into a mesh while it is deleted leaves nothing behind', async () => {
  for (const mesh of ['a', 'b', 'c']) {
    await put(`/meshes/${mesh}`, { type: 'Mesh', name: mesh });
    const writes = Array.from({ length: 10 }, (_, i) => timeout(mesh, `early-${i}`));
    const deleted = fetch(`${url}/meshes/${mesh}`, { method: 'DELETE' });
    writes.push(...Array.from({ length: 10 }, (_, i) => timeout(mesh, `late-${i}`)));
    expect((await deleted).status).toBe(200);
    for (const { status } of await Promise.all(writes)) expect([201, 404, 409]).toContain(status);
    const all = (await (await fetch(`${url}/meshtimeouts?size=1000`)).json()) as { items: { mesh: string }[] };
    expect(all.items.filter((one) => one.mesh === mesh)).toEqual([]);
  }
});
