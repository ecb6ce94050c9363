/** Who may do something: by name, or by one of the groups. */
export interface Holders {
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

/**
 * The static access lists, `access.static` in Kuma's `pkg/config/access/config.go`: what is not listed here is open to anyone who
 * reaches the port.
 */
export interface Access {
  /** All verbs on Secret and GlobalSecret. */
  readonly adminResources: Holders;
  readonly generateDpToken: Holders;
  readonly generateZoneToken: Holders;
  readonly generateUserToken: Holders;
  /** `xds` and `_config`. */
  readonly viewConfigDump: Holders;
  readonly viewStats: Holders;
  readonly viewClusters: Holders;
  /** `GET /config`. */
  readonly controlPlaneMetadata: Holders;
}

export type Right = keyof Access;

const ADMINS: Holders = { users: ['mesh-system:admin'], groups: ['mesh-system:admin'] };
const EVERYONE: Holders = { users: [], groups: ['mesh-system:unauthenticated', 'mesh-system:authenticated'] };

/** Who holds what in Kuma when nothing is configured. */
export const DEFAULT_ACCESS: Access = {
  adminResources: ADMINS,
  generateDpToken: ADMINS,
  generateZoneToken: ADMINS,
  generateUserToken: ADMINS,
  viewConfigDump: EVERYONE,
  viewStats: EVERYONE,
  viewClusters: EVERYONE,
  controlPlaneMetadata: EVERYONE,
};
