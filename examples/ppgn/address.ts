// What the page is asked for, as its address holds it: what is not there, or not understood, is the page's default.
import { wholeIn, writeHash } from '../shared/address.js';
import { Mask } from './mask.js';

/** What R knows of codes: the generator and its encoder, a denoiser of codes, or nothing. */
export const PRIORS = ['joint-ppgn-h', 'ppgn-h', 'dgn-am'] as const;
export type Prior = (typeof PRIORS)[number];

/** Steps as long as their terms, or all of one length. */
export const STEP_KINDS = ['exact', 'normalized'] as const;
export type Step = (typeof STEP_KINDS)[number];
/** The rate of each to begin with. */
export const RATES: Readonly<Record<Step, number>> = { exact: 1, normalized: 0.02 };

/** The numbers that sliders change while the chains walk. */
export interface Weights {
  readonly e1: number;
  readonly e2: number;
  readonly e3: number;
  readonly e4: number;
  readonly rate: number;
}

/** What the page is asked for. */
export interface Asked extends Weights {
  readonly net: string;
  /** Classes by name or number, and hidden units as `layer:channel` or `layer:channel:y,x`: all at once. */
  readonly want: readonly string[];
  /** A sentence; empty for none. */
  readonly say: string;
  readonly prior: Prior;
  readonly step: Step;
  readonly chains: number;
  /** Times the deviation of real pictures' codes, where chains start from random ones. */
  readonly spread: number;
  /** Of the first chain; the others follow. */
  readonly seed: number;
  /** The picture of the world from whose code the first chain starts; the others start from those after it. */
  readonly start?: number | undefined;
  /** The picture of the world that has a hole. */
  readonly hole?: number | undefined;
  /** The hole. */
  readonly mask: Mask;
}

/** The library's sampler (docs/ppgn.md), at a lower rate: chains here go on until they are paused. */
export const DEFAULTS: Asked = {
  net: 'mini-caffenet-robust',
  want: ['fish'],
  say: '',
  prior: 'joint-ppgn-h',
  step: 'normalized',
  chains: 4,
  seed: 0,
  spread: 0.5,
  e1: 0.1,
  e2: 1,
  e3: 0.3,
  e4: 1e-6,
  rate: RATES.normalized,
  mask: Mask.middle(),
};
export const MOST_CHAINS = 9;
/** Seeds and numbers of pictures are 32 bits, and up to nine follow each other. */
export const MOST = 2 ** 32 - 10;
const NUMBERS = ['e1', 'e2', 'e3', 'e4', 'rate', 'spread'] as const;

/** Reads `#net=…&want=…&want=…&say=…&prior=…&step=…&chains=…&seed=…&spread=…&e1=…&e2=…&e3=…&e4=…&rate=…&start=…&hole=…&mask=…`. */
export function readAddress(hash: string): Asked {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const get = (name: string) => given.get(name) || undefined;
  const want = given.getAll('want').filter((text) => text !== '');
  const say = get('say') ?? '';
  const whole = (name: string) => {
    const value = wholeIn(get(name) ?? '', -1, [0, MOST]);
    return value < 0 ? undefined : value;
  };
  const numbers = NUMBERS.flatMap((name) => {
    const value = Number(get(name));
    return get(name) !== undefined && Number.isFinite(value) && value >= 0 ? [[name, value] as const] : [];
  });
  const step = STEP_KINDS.find((one) => one === get('step')) ?? DEFAULTS.step;
  return {
    ...DEFAULTS,
    step,
    rate: RATES[step],
    ...Object.fromEntries(numbers),
    net: get('net') ?? DEFAULTS.net,
    want: want.length > 0 || say !== '' ? want : DEFAULTS.want,
    say,
    prior: PRIORS.find((one) => one === get('prior')) ?? DEFAULTS.prior,
    chains: wholeIn(get('chains'), DEFAULTS.chains, [1, MOST_CHAINS]),
    seed: whole('seed') ?? 0,
    start: whole('start'),
    hole: whole('hole'),
    mask: Mask.fromText(get('mask')) ?? DEFAULTS.mask,
  };
}

/** Writes what the page is asked for, without what is the default. */
export function writeAddress(asked: Asked): void {
  const { net, want, say, prior, step, chains, seed, start, hole, mask } = asked;
  const usual = { ...DEFAULTS, rate: RATES[step] };
  const entries: (readonly [string, string])[] = [
    ['net', net],
    ...want.map((text) => ['want', text] as const),
    ...(say ? [['say', say] as const] : []),
    ...(prior === DEFAULTS.prior ? [] : [['prior', prior] as const]),
    ...(step === DEFAULTS.step ? [] : [['step', step] as const]),
    ['chains', String(chains)],
    ['seed', String(seed)],
    ...NUMBERS.flatMap((name) => (asked[name] === usual[name] ? [] : [[name, String(asked[name])] as const])),
    ...(start === undefined ? [] : [['start', String(start)] as const]),
    ...(hole === undefined ? [] : [['hole', String(hole)] as const]),
    ...(hole === undefined || mask.text === DEFAULTS.mask.text ? [] : [['mask', mask.text] as const]),
  ];
  writeHash(entries);
}
