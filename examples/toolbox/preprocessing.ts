// The preprocessing form: its fields, their rules, and named presets.
import type { Preprocessing } from 'convscope';

/** The form's fields as typed. */
export interface PreprocessingText {
  readonly order: string;
  /** One per channel, in the net's order. Undefined: the net's mean image stays. */
  readonly mean: readonly string[] | undefined;
  readonly scale: readonly string[];
  readonly fit: string;
}

/** What is wrong with a field: a text with the field, the rule and the value. */
export interface FieldProblem {
  /** `order`, `fit`, or `mean 0` and `scale 2` by their channels. */
  readonly field: string;
  readonly message: string;
}

export interface Preset {
  readonly title: string;
  /** Preprocessing of nets with three channels. */
  readonly colour: Pick<Preprocessing, 'order' | 'mean' | 'scale'> & { readonly mean: readonly number[] };
}

/** Greatest value of a pixel. */
const WHITE = 255;
const perChannel = (value: number): number[] => [value, value, value];

export const PRESETS: readonly Preset[] = [
  { title: 'Caffe, ImageNet: BGR − 104, 117, 123', colour: { order: 'bgr', mean: [104, 117, 123], scale: 1 } },
  {
    title: 'torchvision, ImageNet: RGB, mean and deviation',
    // mean 0.485, 0.456, 0.406 and deviation 0.229, 0.224, 0.225 of pixels from 0 to 1, as torchvision documents them.
    colour: { order: 'rgb', mean: [123.675, 116.28, 103.53], scale: [1 / 58.395, 1 / 57.12, 1 / 57.375] },
  },
  { title: '0 to 1', colour: { order: 'rgb', mean: perChannel(0), scale: 1 / WHITE } },
  { title: '−1 to 1', colour: { order: 'rgb', mean: perChannel(127.5), scale: 1 / 127.5 } },
  { title: 'as they are: 0 to 255', colour: { order: 'rgb', mean: perChannel(0), scale: 1 } },
];

/** Names of a net's channels in its order. Numbers if they are neither gray nor colours with or without alpha. */
export function channelNames(order: string, channels: number): string[] {
  if (channels === 1) return ['gray'];
  if (channels === 3 || channels === 4) {
    const colours = order === 'bgr' ? ['B', 'G', 'R'] : ['R', 'G', 'B'];
    return channels === 3 ? colours : [...colours, '4th'];
  }
  return Array.from({ length: channels }, (_, c) => String(c));
}

/** The fields for a net's current preprocessing. */
export function textOf({ order, mean, scale, fit }: Preprocessing, channels: number): PreprocessingText {
  return {
    order: channels === 1 ? 'gray' : order,
    mean: 'shape' in mean ? undefined : spread(mean, channels).map(written),
    scale: spread(scale, channels).map(written),
    fit,
  };
}

/** The fields for a preset; a net of one channel takes its mean. */
export function textOfPreset({ colour: { order, mean, scale } }: Preset, channels: number, fit: string) {
  const average = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const fitted = (values: readonly number[]) => (channels === 3 ? values : Array(channels).fill(average(values)));
  return {
    order: channels === 1 ? 'gray' : order,
    mean: fitted(mean).map(written),
    scale: fitted(spread(scale, 3)).map(written),
    fit,
  } satisfies PreprocessingText;
}

const spread = (value: number | readonly number[], channels: number): readonly number[] => {
  const values = typeof value === 'number' ? [value] : value;
  return values.length === 1 ? Array(channels).fill(values[0]) : values;
};

/** Formats a number as a person would write it: 1/255 instead of 0.00392156862745098. */
function written(value: number): string {
  const plain = String(Number(value.toPrecision(7)));
  if (plain.length <= 6) return plain;
  const inverse = Number((1 / value).toFixed(3));
  return Math.abs(inverse * value - 1) < 1e-9 ? `1/${inverse}` : String(value);
}

/** A number or a fraction; NaN for anything else. */
export function numberOf(text: string): number {
  const parts = text.trim().replace('−', '-').split('/');
  if (parts.length > 2 || parts.some((part) => part.trim() === '')) return Number.NaN;
  const [above, below = 1] = parts.map(Number);
  return above / below;
}

/** The preprocessing from the fields, or everything that is wrong with them. */
export function parsePreprocessingText(
  { order, mean, scale, fit }: PreprocessingText,
  channels: number,
): { readonly preprocessing: Partial<Preprocessing> } | { readonly problems: readonly FieldProblem[] } {
  const problems: FieldProblem[] = [];
  const names = channelNames(order, channels);
  const orders = channels === 1 ? ['gray'] : ['rgb', 'bgr'];
  if (!orders.includes(order)) {
    const rule = `${orders.join(' or ')} for a net of ${channels} ${channels === 1 ? 'channel' : 'channels'}`;
    problems.push({ field: 'order', message: `Order must be ${rule}, it is '${order}'.` });
  }
  if (fit !== 'crop' && fit !== 'stretch') {
    problems.push({ field: 'fit', message: `Fit must be crop or stretch, it is '${fit}'.` });
  }
  const numbers = (field: 'Mean' | 'Scale', texts: readonly string[], rule: (value: number) => string | undefined) =>
    texts.map((text, c) => {
      const value = numberOf(text);
      const broken = Number.isFinite(value) ? rule(value) : 'a number or a fraction such as 1/255';
      if (broken) {
        const message = `${field} of ${names[c] ?? c} must be ${broken}, it is '${text}'.`;
        problems.push({ field: `${field.toLowerCase()} ${c}`, message });
      }
      return value;
    });
  const means = mean && numbers('Mean', mean, () => undefined);
  const scales = numbers('Scale', scale, (v) =>
    v === 0 ? 'other than 0, which would make every picture the same' : undefined,
  );
  if (problems.length > 0) return { problems };
  return {
    preprocessing: {
      order: order === 'gray' || order === 'bgr' ? order : 'rgb',
      ...(means && { mean: means }),
      scale: scales.every((s) => s === scales[0]) ? scales[0] : scales,
      fit: fit === 'stretch' ? fit : 'crop',
    },
  };
}

/** What black and white become, channel by channel: `R −104 to 151`. Empty while a field is wrong. */
export function rangesOf({ order, mean, scale }: PreprocessingText): string {
  if (!mean) return '';
  const names = channelNames(order, mean.length);
  const ranges = mean.map((text, c) => {
    const [offset, factor] = [numberOf(text), numberOf(scale[c])];
    const ends = [0, WHITE].map((pixel) => Number(((pixel - offset) * factor).toPrecision(4)));
    return ends.every(Number.isFinite)
      ? `${names[c]} ${ends.map((end) => String(end).replace('-', '−')).join(' to ')}`
      : '';
  });
  return ranges.includes('') ? '' : ranges.join(', ');
}
