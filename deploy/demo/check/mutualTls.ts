import { request } from 'node:http';
import { connect as tlsConnect } from 'node:tls';
import { answerOf } from '../demo.ts';
import { MESH } from '../mesh.ts';
import { expectCall, type Proof, untilCall } from './proof.ts';

/** Both ends have the certificate of their service; whoever has none is refused. */
export const mutualTls: Proof = {
  what: 'mTLS end to end: SPIFFE identities on both ends, plain text refused',
  run: async (demo) => {
    const result = await untilCall(demo, 'backend', '/', 'backend answers', (call) => call.status === 200);
    const caller = `spiffe://${MESH}/frontend`;
    expectCall(
      result,
      `the caller ${caller}, seen ${answerOf(result)?.caller}`,
      answerOf(result)?.caller?.includes(`URI=${caller}`) === true,
    );
    const { inboundPort } = demo.workloads.get('backend-1');
    const server = await serverIdentity(inboundPort);
    if (!server.includes(`URI:spiffe://${MESH}/backend`))
      throw new Error(`the inbound shows the identity ${server || 'none'}`);
    const plain = await plainText(inboundPort);
    if (plain !== 'refused') throw new Error(`the inbound answered plain text with ${plain}`);
    return `${caller} → spiffe://${MESH}/backend`;
  },
};

/** Alternative names of the certificate that a server shows, whatever it thinks of us afterwards. */
function serverIdentity(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    // An unknown client may look at the certificate; TLS 1.3 refuses it only after that.
    const socket = tlsConnect({ host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols: ['kuma'] }, () => {
      const { subjectaltname = '' } = socket.getPeerCertificate();
      socket.destroy();
      resolve(subjectaltname);
    });
    socket.once('error', reject);
  });
}

function plainText(port: number): Promise<string> {
  return new Promise((resolve) => {
    const call = request({ host: '127.0.0.1', port, path: '/', agent: false, timeout: 10_000 }, (response) => {
      response.resume();
      resolve(String(response.statusCode));
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve('refused'));
    call.end();
  });
}
