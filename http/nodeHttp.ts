/**
 * Node's HTTP/1.1. An `import` of it reads everything that it exports, `WebSocket` among that, for which Node compiles undici: 45 ms of
 * CPU at every start, and nobody here uses it.
 */
export const { createServer, request } = process.getBuiltinModule('node:http');
