/** What a sidecar is started with. */
export interface DpOptions {
  /** `https://host:5678` */
  readonly cpAddress: string;
  /** PEM file of the CA that the control plane's certificate is verified with. */
  readonly caCertFile?: string;
  readonly skipVerify: boolean;
  /** Of a Dataplane that exists already; not together with a file. */
  readonly name?: string;
  readonly mesh?: string;
  readonly proxyType: 'dataplane' | 'ingress' | 'egress';
  readonly dataplaneFile?: string;
  /** The resource itself, instead of a file. */
  readonly dataplane?: string;
  readonly dataplaneVars: readonly string[];
  readonly token?: string;
  readonly tokenFile?: string;
  readonly binaryPath: string;
  /** A new temporary folder when absent. */
  readonly workDir?: string;
  readonly concurrency?: number;
  /** How long traffic goes on after a signal before Envoy is stopped. */
  readonly drainTimeMs: number;
  /** UDP and TCP port on 127.0.0.1 on which Envoy answers names; 0: none. */
  readonly dnsPort: number;
  /** `127.21`: the sidecar may bind virtual IPs in 127.21.0.0/16. */
  readonly loopbackPrefix?: string;
  /** 0: no readiness endpoint. */
  readonly readinessPort: number;
  readonly readinessHost: string;
  /** `networking.admin.port` where the file says none; 0: as the file says. */
  readonly adminPort: number;
  /** What it shows to whom scrapes its metrics, where the mesh says `providedTLS`: PEM files. */
  readonly metricsCertPath?: string;
  readonly metricsKeyPath?: string;
  /** Of Envoy. */
  readonly logLevel: string;
  readonly version: string;
}
