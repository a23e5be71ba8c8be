// The colours of the drawing pad: nets of digits were trained on white strokes on black, and misread the opposite.
import type { ModelReport } from './protocol.js';
import type { ToolboxState } from './state.js';

export interface PadInk {
  readonly ink: 'black' | 'white';
  /** The colours, and the reason for them, in words. */
  readonly name: string;
}

/** Up to this size, a net with one channel is assumed to read digits or doodles. MNIST's pictures have 28. */
const DIGIT = 32;
/**
 * Means below the first of these (of 255) belong to mostly black pictures, above the second to mostly white ones. MNIST's mean
 * is 33.
 */
const DARK = 100;
const LIGHT = 155;

/** The colour that the user chose, or that the net's input requires. */
export function inkFor(
  wanted: ToolboxState['ink'],
  net: Pick<ModelReport, 'input' | 'preprocessing'> | undefined,
): PadInk {
  if (wanted !== 'auto') return { ink: wanted, name: `drawing, ${wordsOf(wanted)}` };
  const [ink, why] = askedBy(net);
  return { ink, name: `drawing, ${wordsOf(ink)}${why}` };
}

const wordsOf = (ink: PadInk['ink']): string => (ink === 'white' ? 'white on black' : 'black on white');

function askedBy(net: Pick<ModelReport, 'input' | 'preprocessing'> | undefined): [PadInk['ink'], string] {
  const [C, H = 0, W = 0] = net?.input ?? [];
  if (!net || C !== 1) return ['black', ''];
  const { mean, scale } = net.preprocessing;
  const first = (value: number | readonly number[]) => (typeof value === 'number' ? value : value[0]);
  // A negative scale swaps black and white.
  if (first(scale) < 0) return ['black', ': the net’s scale is below 0'];
  const level = 'shape' in mean ? average(mean.data) : first(mean);
  if (level > LIGHT) return ['black', ': the net’s mean is light'];
  if (level > 0 && level < DARK) return ['white', ': the net’s mean is dark, as of MNIST’s digits'];
  if (Math.max(H, W) <= DIGIT) return ['white', ', as MNIST’s digits are: the net is small and has one channel'];
  return ['black', ''];
}

const average = (data: Float32Array): number => data.reduce((sum, value) => sum + value, 0) / data.length;
