// What the bench and the process of the fleet say to each other.

export type Protocol = 'delta' | 'sotw';

/** Of the whole fleet, from its start. */
export interface FleetSettings {
  /** `host:port` of a zone's dp-server. */
  readonly ads: string;
  readonly protocol: Protocol;
  /** Names of the secrets that every sidecar subscribes to. */
  readonly secrets: readonly string[];
}

export interface SidecarSpec {
  /** Node id, `<mesh>.<name>`. */
  readonly id: string;
  /** JSON of its Dataplane. */
  readonly resource: string;
}

/** What a measurement waits for at a sidecar: a response of that type which contains these bytes. */
export interface Marker {
  readonly typeUrl: string;
  readonly bytes: Uint8Array;
}

export interface Arrival {
  readonly id: string;
  /** clock() */
  readonly at: number;
}

export interface Traffic {
  readonly responses: number;
  /** gRPC messages with their frames' heads, without HTTP/2 and TLS. */
  readonly bytes: number;
}

/** What came while a watch stood. */
export interface WatchEnd extends Traffic {
  /** Responses to sidecars that it named nowhere. */
  readonly toOthers: number;
}

/** What the bench asks of the fleet, by name; an answer may come later. */
export interface Commands {
  /** Connects all at once. @returns when it began, clock() */
  connect(sidecars: readonly SidecarSpec[]): number;
  /** Cuts their connections, as a crash does. */
  disconnect(ids: readonly string[]): void;
  /**
   * From now on, who of these is sent all of the markers and when. @param also others that are rightly sent something
   * @returns a number that names the watch
   */
  watch(markers: readonly Marker[], ids: readonly string[], also: readonly string[]): number;
  /** Waits until so many of the watched were reached, or `timeout` ms. @returns those that were */
  arrivals(watch: number, timeout: number, count: number): readonly Arrival[];
  unwatch(watch: number): WatchEnd;
  /** Waits until each of these has had a first whole set of resources since it connected, or `timeout` ms. */
  configured(ids: readonly string[], timeout: number): readonly Arrival[];
  /** When each of these was sent something for the last time. */
  lastResponses(ids: readonly string[]): readonly Arrival[];
  /** Waits until nothing came for `quiet` ms. @returns what came since the start */
  settled(quiet: number): Traffic;
  /** So that none is collected while a change is timed. */
  collectGarbage(): void;
  /** What went wrong since the last time: streams that ended, clusters that got no endpoints. */
  failures(): readonly string[];
}

export type Command = keyof Commands;

export interface Asked<K extends Command = Command> {
  readonly number: number;
  readonly command: K;
  readonly args: Parameters<Commands[K]>;
}

export interface Answered {
  readonly number: number;
  readonly value?: unknown;
  readonly error?: string;
}
