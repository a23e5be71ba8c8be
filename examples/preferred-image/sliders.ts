// Sliders for the numbers of a recipe that may change during a run.
import type { LearningRate, Recipe } from 'convscope';

type Change = Partial<Recipe>;

interface Slider {
  readonly id: string;
  readonly label: string | ((recipe: Recipe) => string);
  readonly min: number;
  readonly max: number;
  readonly step: number;
  get(recipe: Recipe): number;
  change(value: number, recipe: Recipe): Change;
  /** Converts the slider's position to the recipe's number and back. Default: linear. */
  readonly scale?: { to(position: number): number; from(value: number): number };
  show(value: number): string;
}

/** Position 0 is 0. Other positions are powers of ten, so that small and large numbers have room. */
const powers = (least: number) => ({
  to: (position: number) => (position <= 0 ? 0 : 10 ** (least + position)),
  from: (value: number) => (value <= 0 ? 0 : Math.log10(value) - least),
});
const short = (v: number): string => (v === 0 ? 'off' : Number(v.toPrecision(3)).toString());
const percent = (v: number): string => (v === 0 ? 'off' : `${v} %`);

function withRate(rate: LearningRate, value: number): LearningRate {
  if (rate.policy === 'constant') return { ...rate, lr: value };
  return rate.policy === 'progress' ? { ...rate, desiredProgress: value } : { ...rate, earlyProgress: value };
}

const SLIDERS: readonly Slider[] = [
  {
    id: 'decay',
    label: 'L2 decay',
    min: 0,
    max: 4.7,
    step: 0.05,
    scale: powers(-5),
    show: short,
    get: (r) => r.decay,
    change: (decay) => ({ decay: Math.min(decay, 1) }),
  },
  {
    id: 'blurRadius',
    label: 'blur radius',
    min: 0,
    max: 3,
    step: 0.05,
    show: (v) => (v === 0 ? 'off' : `${v} px`),
    get: (r) => r.blurRadius,
    change: (blurRadius, r) => ({ blurRadius, blurEvery: r.blurEvery || 4 }),
  },
  {
    id: 'blurEvery',
    label: 'blur every',
    min: 1,
    max: 20,
    step: 1,
    show: (v) => (v === 1 ? 'step' : `${v} steps`),
    get: (r) => r.blurEvery || 4,
    change: (blurEvery) => ({ blurEvery }),
  },
  {
    id: 'smallNormPercentile',
    label: 'clip small norm',
    min: 0,
    max: 99,
    step: 1,
    show: percent,
    get: (r) => r.smallNormPercentile,
    change: (smallNormPercentile) => ({ smallNormPercentile }),
  },
  {
    id: 'contributionPercentile',
    label: 'clip small contribution',
    min: 0,
    max: 99,
    step: 1,
    show: percent,
    get: (r) => r.contributionPercentile,
    change: (contributionPercentile) => ({ contributionPercentile }),
  },
  {
    id: 'rate',
    // With the toolbox's `progress`, the limit of the rate is never reached.
    label: ({ learningRate: { policy } }) =>
      ({ constant: 'learning rate', progress: 'rise per step', progress01: 'early rise per step' })[policy],
    min: 0,
    max: 6,
    step: 0.05,
    scale: powers(-2),
    show: short,
    get: ({ learningRate: rate }) =>
      rate.policy === 'constant' ? rate.lr : rate.policy === 'progress' ? rate.desiredProgress : rate.earlyProgress,
    change: (value, { learningRate: rate }) => ({ learningRate: withRate(rate, Math.max(value, 0.01)) }),
  },
];

/** Builds the sliders in `parent`. `onChange` receives the changes. The returned function shows a recipe on them. */
export function createSliders(
  parent: HTMLElement,
  current: () => Recipe,
  onChange: (change: Change) => void,
): (recipe: Recipe) => void {
  const shown = SLIDERS.map((slider) => {
    const row = parent.appendChild(document.createElement('label'));
    row.className = 'slider';
    // Otherwise the label would belong to the output, which comes first.
    row.htmlFor = slider.id;
    const text = row.appendChild(document.createElement('span'));
    const output = row.appendChild(document.createElement('output'));
    const input = row.appendChild(document.createElement('input'));
    Object.assign(input, { type: 'range', id: slider.id, min: slider.min, max: slider.max, step: slider.step });
    input.addEventListener('input', () => {
      const value = slider.scale?.to(input.valueAsNumber) ?? input.valueAsNumber;
      output.value = slider.show(value);
      onChange(slider.change(value, current()));
    });
    return (recipe: Recipe) => {
      text.textContent = typeof slider.label === 'string' ? slider.label : slider.label(recipe);
      const value = slider.get(recipe);
      input.valueAsNumber = slider.scale?.from(value) ?? value;
      output.value = slider.show(value);
    };
  });
  return (recipe) => {
    for (const show of shown) show(recipe);
  };
}
