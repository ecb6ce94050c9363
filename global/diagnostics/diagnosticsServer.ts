import { createServer, type Server } from 'node:http';
import { type Diagnosis, diagnose } from '../../shared/diagnostics/diagnose.ts';

/** Serves `/healthy`, `/ready` and `/metrics`; does not listen yet. */
export function diagnosticsServer(diagnosis: Diagnosis): Server {
  return createServer((request, response) => {
    diagnose(new URL(request.url ?? '/', 'http://localhost').pathname, diagnosis).then(
      ({ status, contentType, body }) => response.writeHead(status, { 'content-type': contentType }).end(body),
      (error: Error) => response.writeHead(500).end(`${error.message}\n`),
    );
  });
}
