import type { Resource } from '../../shared/resource/resource.ts';
import { domainNames, withAddresses } from '../../shared/resource/resolved.ts';
import type { Changed, View } from '../../shared/view/view.ts';

type Log = { warn(fields: object, text: string): void; info(fields: object, text: string): void };

type Deps = {
  /** @throws Error */
  readonly lookUp: (name: string) => Promise<string>;
  readonly log: Log;
  /** Milliseconds after which a name is looked up again, whether it was found or not. */
  readonly refreshMs?: number;
};

interface Known {
  /** The last one that was found: kept when a later look-up fails. */
  address?: string;
  /** Why the last look-up failed. */
  error?: string;
  tried: boolean;
  /** Of the clock that only runs; infinite while it is being looked up. */
  due: number;
}

/** As long as Kuma keeps an answer. */
const REFRESH_MS = 10_000;
const TICK_MS = 50;
const LONGEST_WAIT_MS = 5_000;
/** Look-ups hold threads that reading files needs, too. */
const AT_ONCE = 2;
const PROXIES = ['Dataplane', 'ZoneIngress', 'ZoneEgress'];

/**
 * The addresses of the domain names by which proxies call themselves. Whoever brings a proxy into the view has it filled from here
 * first; what is not known yet, or is another one later, comes as a change of the proxies that it concerns.
 */
export class AddressBook {
  readonly #deps: Required<Deps>;
  readonly #names = new Map<string, Known>();
  #underWay = 0;
  /** Begins to look names up, if it does not yet: without names there is nothing to look for. */
  #begin = () => {};
  /** Something was found that the view does not have yet. */
  #hasNews = false;
  #firstAsked: number | undefined;
  #settled = false;

  constructor(deps: Deps) {
    this.#deps = { refreshMs: REFRESH_MS, ...deps };
  }

  /** The resource as it goes into the view: with what is known of its names. What is not known is looked up soon. */
  readonly fill = <Spec>(resource: Resource<Spec>): Resource<Spec> => {
    for (const name of domainNames(resource)) {
      if (!this.#names.has(name)) this.#names.set(name, { tried: false, due: 0 });
      this.#begin();
    }
    return withAddresses(resource, (name) => this.#names.get(name)?.address);
  };

  /** Has every name of the beginning been looked up once? Without DNS whoever asks does not wait for it long. */
  get settled(): boolean {
    this.#firstAsked ??= performance.now();
    const isDone = () => !this.#hasNews && [...this.#names.values()].every(({ tried }) => tried);
    this.#settled ||= performance.now() - this.#firstAsked > LONGEST_WAIT_MS || isDone();
    return this.#settled;
  }

  /** How many names were not found the last time. */
  get notFound(): number {
    return [...this.#names.values()].filter(({ error }) => error !== undefined).length;
  }

  /**
   * Keeps a view at what the names mean. @param applied what that changed in the view
   * @returns the function that ends it
   */
  follow(view: View, applied: (changes: readonly Changed[]) => void): () => void {
    let stopped = false;
    const lookUpDue = () => {
      for (const [name, known] of this.#names) {
        if (stopped || this.#underWay >= AT_ONCE) return;
        if (known.due <= performance.now()) void this.#lookUp(name, known).then(lookUpDue);
      }
    };
    const look = () => {
      lookUpDue();
      if (!this.#hasNews) return;
      this.#hasNews = false;
      applied(refill(view, this.fill));
    };
    let looking: NodeJS.Timeout | undefined;
    this.#begin = () => {
      looking ??= setInterval(look, TICK_MS);
    };
    if (this.#names.size > 0) this.#begin();
    const forgetting = setInterval(() => {
      if (this.#names.size === 0) return;
      const used = new Set([...proxies(view)].flatMap(({ resource }) => domainNames(resource)));
      for (const name of this.#names.keys()) if (!used.has(name)) this.#names.delete(name);
      if (this.#names.size > 0) return;
      clearInterval(looking);
      looking = undefined;
    }, this.#deps.refreshMs);
    return () => {
      stopped = true;
      this.#begin = () => {};
      clearInterval(looking);
      clearInterval(forgetting);
    };
  }

  async #lookUp(name: string, known: Known): Promise<void> {
    const { lookUp, log, refreshMs } = this.#deps;
    const { address: before, error: failed } = known;
    known.due = Number.POSITIVE_INFINITY;
    this.#underWay++;
    try {
      known.address = await lookUp(name);
      delete known.error;
      if (failed !== undefined) log.info({ name, address: known.address }, 'the domain name of a proxy is found again');
    } catch (cause) {
      known.error = (cause as Error).message;
      if (failed === undefined)
        log.warn(
          { name, error: known.error, address: before },
          before === undefined
            ? 'the domain name of a proxy is not found: it gets no configuration, and nobody is sent there'
            : 'the domain name of a proxy is not found: the address that it had stays',
        );
    }
    this.#underWay--;
    known.tried = true;
    known.due = performance.now() + refreshMs;
    this.#hasNews ||= known.address !== before;
  }
}

function* proxies(view: View) {
  for (const type of PROXIES) yield* view.entriesOfType(type);
}

function refill(view: View, fill: (resource: Resource) => Resource): Changed[] {
  return [...proxies(view)].flatMap(({ origin, resource, version }) => {
    const filled = fill(resource);
    if (filled === resource) return [];
    return view.apply({ origin, key: resource, resource: filled, version, again: true }) ?? [];
  });
}
