import { describe, expect, it } from 'vitest';
import type { Protocol } from './parts.ts';
import { commonProtocol, parseProtocol } from './protocol.ts';

describe('protocol', () => {
  it.each<[Protocol[], Protocol]>([
    [[], 'tcp'],
    [['http'], 'http'],
    [['grpc', 'http2'], 'http2'],
    [['http2', 'grpc'], 'http2'],
    [['http', 'http2'], 'tcp'],
    [['kafka', 'http'], 'tcp'],
    [['grpc', 'grpc'], 'grpc'],
  ])('%j share %s', (protocols, common) => {
    expect(commonProtocol(protocols)).toBe(common);
  });

  it('that is unknown is TCP', () => {
    expect([
      parseProtocol(undefined),
      parseProtocol('mysql'),
      parseProtocol('constructor'),
      parseProtocol('HTTP'),
    ]).toEqual(['tcp', 'tcp', 'tcp', 'http']);
  });
});
