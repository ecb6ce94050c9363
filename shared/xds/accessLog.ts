import type { AccessLogJson } from './gen/envoy/config/accesslog/v3/accesslog_pb.d.ts';
import { socketPath } from './socketPath.ts';
import { typed } from './typed.ts';

/** Appends a line of this format to a file for every request or connection. @param format with the line's end */
export function fileAccessLog(path: string, format: string): AccessLogJson {
  const config = { path, logFormat: { textFormatSource: { inlineString: format } } };
  return {
    name: 'envoy.access_loggers.file',
    typedConfig: typed('envoy.extensions.access_loggers.file.v3.FileAccessLog', config),
  };
}

/** A proxy says so in its bootstrap: there is somebody who reads the pipe. */
export const ACCESS_LOG_FEATURE = 'feature-tcp-accesslog-via-named-pipe';

/**
 * Where Envoy writes the lines that are to go somewhere by TCP, `<host:port>;<line>`: a FIFO, in spite of its name, that the
 * process reads which runs the proxy.
 */
export function accessLogPipe(workdir: string, mesh: string, name: string): string {
  return socketPath('al', workdir, mesh, name);
}
