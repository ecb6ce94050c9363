import { once } from 'node:events';
import { createConnection } from 'node:net';
import { connect } from 'node:tls';
import { tlsTo } from '../../nats/connect.ts';

/**
 * Dials a nats-server, which greets in clear before it speaks TLS. @param ca PEM of what is trusted
 * @returns the serial number of the certificate that it shows @throws Error when that is of no CA that is trusted
 */
export async function natsCertificate(url: string, ca: string): Promise<string> {
  const socket = createConnection(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'data');
  const tls = connect({ socket, ...tlsTo(url, ca), host: '127.0.0.1' });
  try {
    await once(tls, 'secureConnect');
    return tls.getPeerX509Certificate()?.serialNumber ?? '';
  } finally {
    tls.destroy();
  }
}
