import { kriOf, parseKri } from '../../resource/kri.ts';
import { requireResourceAccess } from '../access.ts';
import type { RestContext } from '../context.ts';
import { isKumaShortName } from '../crud/kumaTypes.ts';
import { formatted } from '../crud/read.ts';
import { BadRequest, NotFound } from '../errors.ts';
import type { Route } from '../http.ts';

/** `GET /_kri/{kri}`: the resource of that identifier, under whatever name it is known here. */
export function kriRoutes(context: RestContext): Route[] {
  return [
    {
      method: 'GET',
      path: '/_kri/:kri',
      title: 'Could not retrieve a resource',
      handler: async (request) => {
        const text = request.params.kri ?? '';
        const kri = parseKri(text);
        if (!kri) throw new BadRequest(`bad request: ${noKri(text)}`);
        const descriptor = context.registry.byShortName(kri.shortName);
        // One of Kuma's, of which there is none here, is missing, not unknown.
        if (!descriptor && isKumaShortName(kri.shortName)) throw new NotFound();
        if (!descriptor || descriptor.internal)
          throw new BadRequest(`bad request: unknown short name of resource type: ${JSON.stringify(kri.shortName)}`);
        requireResourceAccess(context.access, request.caller, descriptor);
        const wanted = ['kri', kri.shortName, kri.mesh, kri.zone, kri.namespace, kri.name, ''].join('_');
        const named = await context.reader.get({ type: descriptor.type, mesh: kri.mesh, name: kri.name });
        const candidates = named.length > 0 ? named : await context.reader.list(descriptor.type, kri.mesh);
        const found = candidates
          .map((stored) => context.shown.show(descriptor, stored))
          .find(({ resource }) => kriOf(descriptor, resource) === wanted);
        if (!found) throw new NotFound();
        return formatted(descriptor, found, request, 'Could not format a resource');
      },
    },
  ];
}

/** Why a text is no KRI, in Kuma's words. */
function noKri(text: string): string {
  const [prefix, shortName, ...rest] = text.split('_');
  if (rest.length < 5) return `invalid identifier string: ${JSON.stringify(text)}`;
  if (prefix !== 'kri') return `identifier must start with 'kri': ${JSON.stringify(text)}`;
  return `unknown short name of resource type: ${JSON.stringify(shortName)}`;
}
