// Loaded when a certificate is to be made, which few starts have to: with what it needs it takes as long as a tenth of all else.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

// By its name: the bundle has no `export *` of a CommonJS package.
export { x509 };
