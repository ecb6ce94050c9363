// Loaded when a certificate is to be made, which few starts have to: with what it needs it takes as long as a tenth of all else.
import 'reflect-metadata';

export * from '@peculiar/x509';
