import { type DescMessage, fromJson, type JsonValue, toJson } from '@bufbuild/protobuf';
import { parse } from 'yaml';
import type { JsonObject } from '../../resource/json.ts';
import { registry } from '../../xds/gen/registry.js';
import type { Part } from './schema.ts';

const MESSAGES: Readonly<Record<Part, string>> = {
  cluster: 'envoy.config.cluster.v3.Cluster',
  listener: 'envoy.config.listener.v3.Listener',
  networkFilter: 'envoy.config.listener.v3.Filter',
  httpFilter: 'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter',
  virtualHost: 'envoy.config.route.v3.VirtualHost',
};

const known = new Map<string, JsonObject>();
const REMEMBERED = 1_000;

/**
 * A user's YAML as the proto3 JSON that we generate: `connect_timeout` or `connectTimeout`, enums by name or number, all become
 * one form. @throws Error that names the field when it is no such Envoy resource.
 */
export function envoyValue(part: Part, yaml: string): JsonObject {
  const key = `${part}\n${yaml}`;
  const before = known.get(key);
  if (before) return before;
  const json = normalised(part, parsed(yaml));
  if (known.size >= REMEMBERED) known.clear();
  known.set(key, json);
  return json;
}

function parsed(yaml: string): JsonValue {
  try {
    // without a log level the parser would write its warnings to the process
    return parse(yaml, { logLevel: 'error' }) as JsonValue;
  } catch (cause) {
    // Kuma takes what is no YAML for JSON, and tells of that.
    throw isCutOff(yaml) ? new Error('unexpected EOF', { cause }) : cause;
  }
}

function isCutOff(json: string): boolean {
  try {
    JSON.parse(json);
    return false;
  } catch (cause) {
    const [, position] = /at position (\d+)/.exec((cause as Error).message) ?? [];
    return position === undefined || Number(position) >= json.trimEnd().length;
  }
}

/** The one form in which we generate. @throws Error that names the field when it is no such Envoy resource. */
export function normalised(part: Part, json: JsonValue): JsonObject {
  const message = envoyMessage(part);
  return toJson(message, fromJson(message, json, { registry }), { registry }) as JsonObject;
}

/** The type of what a modification is about. */
export function envoyMessage(part: Part): DescMessage {
  const message = registry.getMessage(MESSAGES[part]);
  if (!message) throw new Error(`${MESSAGES[part]} is not in this build's Envoy types`);
  return message;
}
