// One benchmark run on one adapter: roofline, then every case. The same code runs in Node and in a page.
import type { Context } from '../src/gpu/context.js';
import { CASES } from './cases.js';
import type { Contender } from './contenders/contender.js';
import { convscope } from './contenders/convscope.js';
import { type CaseResult, measure } from './measure.js';
import { limitsOf, type Roofline } from './roofline.js';

export interface SessionOptions {
  /** Parts of case ids; empty for all cases. */
  readonly cases: readonly string[];
  /** Which peers take part. */
  readonly peers: readonly string[];
  readonly rounds: number;
  readonly seconds: number;
}

export interface Session {
  readonly adapter: string;
  readonly subgroupSize: number;
  readonly features: readonly string[];
  readonly contenders: readonly { readonly name: string; readonly version: string }[];
  readonly roofline: Roofline;
  readonly cases: readonly CaseResult[];
}

/** How to load each peer, by name. They are loaded on demand. */
export type Peers = Readonly<Record<string, () => Promise<Contender>>>;

export async function runSession(
  ctx: Context,
  peers: Peers,
  options: SessionOptions,
  log: (line: string) => void,
  /** Called after each case, so that an interrupted run keeps its results. */
  checkpoint: (session: Session) => void = () => {},
): Promise<Session> {
  const { roofline, yardsticks } = await limitsOf(ctx);
  const best = roofline.matmul[0];
  log(
    `${ctx.adapterName}: peak ${roofline.peak.toFixed(1)} GFLOP/s, copy ${roofline.copy.toFixed(1)} GB/s, ` +
      `best 1024³ product ${best.gflops.toFixed(1)} GFLOP/s (${best.variant})`,
  );
  const contenders: Contender[] = [convscope(ctx)];
  for (const name of options.peers) {
    try {
      if (!peers[name]) throw new Error('it needs the dawn backend');
      contenders.push(await peers[name]());
    } catch (error) {
      log(`${name} does not start here: ${String(error)}`);
    }
  }
  const chosen = CASES.filter(({ id, large }) => {
    if (options.cases.includes(id)) return true;
    if (large && ctx.traits.software) return false;
    return options.cases.length === 0 || options.cases.some((part) => id.includes(part));
  });
  const cases: CaseResult[] = [];
  const session = (): Session => ({
    adapter: ctx.adapterName,
    subgroupSize: ctx.traits.subgroupSize,
    features: [...ctx.traits.features].sort(),
    contenders: contenders.map(({ name, version }) => ({ name, version })),
    roofline,
    cases,
  });
  for (const c of chosen) {
    cases.push(await measure(c, contenders, { ...options, yardsticks, log }));
    checkpoint(session());
  }
  return session();
}
