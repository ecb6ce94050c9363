import type { RestContext } from '../context.ts';
import type { Answer, Route } from '../http.ts';

/** `/gui` and everything below: there is no GUI, and this page says so, as a zone of Kuma does. */
export function guiRoutes({ role }: RestContext): Route[] {
  const page: Answer = { status: 200, body: disabledPage(role.mode), contentType: 'text/html; charset=utf-8' };
  return ['/gui', '/gui/*'].map((path) => ({
    method: 'GET',
    path,
    title: 'Could not show the GUI',
    produces: ['text/html'],
    anonymous: true,
    handler: async () => page,
  }));
}

function disabledPage(mode: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>No GUI</title></head>
<body>
<h1>This ${mode} control plane has no GUI</h1>
<p>Use <code>kumactl</code> or <code>meridian</code>, or ask the API: <a href="/_resources">resource types</a>,
<a href="/meshes">meshes</a>, <a href="/global-insight">what there is</a>.</p>
</body>
</html>
`;
}
