import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';

/** Does a certificate name that host? What a proxy dials must be a SAN, since its Envoy always verifies. */
export function isNamed(certificatePem: string, host: string): boolean {
  const certificate = new X509Certificate(certificatePem);
  return (isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host)) !== undefined;
}

/** May it be trusted as a CA: CA:TRUE, or without basic constraints (as Kuma asks of `caCert`: pkg/xds/bootstrap/generator.go)? */
export function isAuthority(pem: string): boolean {
  try {
    const constraints = new x509.X509Certificate(pem).getExtension(x509.BasicConstraintsExtension);
    return constraints?.ca ?? true;
  } catch {
    return false;
  }
}
