// Plug & Play Generative Networks (Nguyen et al. 2017): images by sampling codes of a generator, with a condition that can be
// replaced. Every variant is one composition of parts: h' = h + ε₁·(R(h) − h) + ε₂·∂ log C(G(h))/∂h + N(0, ε₃²).
import { OptionError } from '../core/errors.js';
import { denoise } from '../optim/denoise.js';
import { langevin } from '../optim/langevin.js';
import { meanLength } from '../optim/meanLength.js';
import { prior } from '../optim/prior.js';
import { sgd } from '../optim/sgd.js';
import { weigh } from '../optim/weigh.js';
import { generator } from '../params/generator.js';
import { pixels } from '../params/pixels.js';
import type { Made } from '../parts/part.js';
import { bounds } from '../regularize/bounds.js';
import { context } from '../regularize/context.js';
import { decay } from '../regularize/decay.js';
import { pixelRange } from '../regularize/pixelRange.js';
import { createStudy, type PartOf, type Study } from '../synthesize/study.js';
import { inpaint } from '../transforms/inpaint.js';

/**
 * The paper's samplers, by what they know of codes: nothing but their bounds (`dgn-am`); an autoencoder of images (`ppgn-x`) or of codes
 * (`ppgn-h`); the generator and its encoder (`joint-ppgn-h`, whose noiseless kind differs in how these were trained, not in the step).
 */
export const VARIANTS = ['dgn-am', 'ppgn-x', 'ppgn-h', 'joint-ppgn-h'] as const;
/** What a sampler knows of codes. */
export type Variant = (typeof VARIANTS)[number];

/**
 * How long a step is. `normalized`: the condition's gradient by itself moves a number by `rate` on average, and the other terms come on
 * top. `authors`: all terms together do, as in the authors' code, so that where the condition is fulfilled the prior alone is as strong.
 * `exact`: as equation 11 has it.
 */
export const STEPS = ['normalized', 'authors', 'exact'] as const;

/** A sampler of codes, where it is not the default. */
export interface SamplerOptions {
  readonly variant?: Variant;
  /** What is wanted, most often a log p: `logProbability`, `logShare`, `caption`, or a sum of them, which is a product of experts. */
  readonly condition: PartOf<'objective'>;
  /** ε₁ of the prior, ε₂ of the condition, ε₃ of the noise. By default those of the variant. */
  readonly epsilon1?: number;
  readonly epsilon2?: number;
  readonly epsilon3?: number;
  /** `normalized` by default. */
  readonly step?: (typeof STEPS)[number];
  readonly rate?: number;
  /** The rate after the last step; by default it stays. */
  readonly lastRate?: number;
  /** L2 decay of the code at each step, 1 − the authors' L2. */
  readonly decay?: number;
  /** Numbers `codes` were given to the run: codes start like those, and stay within so many of their deviations. */
  readonly codes?: boolean;
  readonly deviations?: number;
  /** Times the deviation of codes, where a chain starts. */
  readonly spread?: number;
  /** The encoder's layer that codes come from. */
  readonly layer?: string;
  /** Paint only where the mask is white: `picture` and `mask` were given to the run. ε₄ is the weight of what is around. */
  readonly inpaint?: { readonly epsilon4?: number };
  /** Keeps terms of weight 1 or 0, so that every number can be changed while the run goes on. */
  readonly live?: boolean;
  readonly seeds?: readonly number[];
  readonly steps?: number;
}

/** What a variant does where nothing else is said. */
interface Defaults {
  readonly epsilon1: number;
  readonly epsilon3: number;
  readonly decay: number;
}

/** Tried on mini-generator with normalized steps (docs/ppgn.md). */
const DEFAULTS: Readonly<Record<Variant, Defaults>> = {
  'dgn-am': { epsilon1: 0, epsilon3: 0, decay: 0.01 },
  'ppgn-x': { epsilon1: 0.1, epsilon3: 0, decay: 0 },
  'ppgn-h': { epsilon1: 0.3, epsilon3: 0.3, decay: 0.01 },
  'joint-ppgn-h': { epsilon1: 0.1, epsilon3: 0.3, decay: 0.01 },
};

const HOLE = { picture: 'picture', mask: 'mask' } as const;

/**
 * The study of a chain. The run needs, by name: nets `generator` and `encoder` (`joint-ppgn-h`), `denoiser` (`ppgn-h` on codes, `ppgn-x` on
 * images), `numbers: { codes }`, and for inpainting the references `picture` and `mask`.
 *
 * @throws OptionError
 */
export function samplerStudy(options: SamplerOptions): Study {
  const { variant = 'joint-ppgn-h', condition, step = 'normalized', live = false, seeds = [0], steps = 100 } = options;
  if (!VARIANTS.includes(variant)) throw new OptionError('variant', `must be ${VARIANTS.join(', ')}, got ${variant}`);
  const standard = DEFAULTS[variant];
  const { epsilon1 = standard.epsilon1, epsilon2 = 1, epsilon3 = standard.epsilon3 } = options;
  const { layer = 'fc6', codes = false, deviations = 3, spread = 0.5, rate = step === 'exact' ? 1 : 0.03 } = options;
  const shrunk = options.decay ?? standard.decay;
  const inImages = variant === 'ppgn-x';
  if (options.inpaint && inImages) throw new OptionError('inpaint', 'needs a variant with codes');
  // The context's weight is divided by it.
  if (options.inpaint && !(epsilon2 > 0))
    throw new OptionError('epsilon2', `must be above 0 with inpaint, got ${epsilon2}`);
  const hole = options.inpaint ? HOLE : {};

  const towards: Made<'update rule'>[] =
    variant === 'dgn-am'
      ? []
      : variant === 'joint-ppgn-h'
        ? [prior.make({ amount: epsilon1, layer, ...hole })]
        : [denoise.make({ amount: epsilon1 })];
  const lengthAfter = (kind: (typeof STEPS)[number]) => (step === kind ? [meanLength.make({})] : []);
  const { lastRate } = options;
  const kept = codes ? [bounds.make({ codes: 'codes', deviations })] : [];
  return createStudy({
    objective: condition,
    params: inImages ? pixels.make({}) : generator.make({ deviation: spread, ...(codes && { codes: 'codes' }) }),
    transforms: options.inpaint ? [inpaint.make(HOLE)] : [],
    regularize: [
      ...(options.inpaint ? [context.make({ weight: (options.inpaint.epsilon4 ?? 1e-6) / epsilon2, ...HOLE })] : []),
      ...(inImages ? [pixelRange.make({})] : kept),
      ...(shrunk > 0 ? [decay.make({ amount: shrunk })] : []),
    ],
    optim: [
      // The gradient is that of the condition, minus that of the context, which therefore counts 1/ε₂ of its weight there.
      ...lengthAfter('normalized'),
      ...(epsilon2 === 1 && !live ? [] : [weigh.make({ by: epsilon2 })]),
      ...towards,
      ...(epsilon3 > 0 || live ? [langevin.make({ deviation: epsilon3 })] : []),
      ...lengthAfter('authors'),
      sgd.make({ lr: rate, ...(lastRate !== undefined && { lastLr: lastRate }) }),
    ],
    seeds,
    steps,
  });
}
