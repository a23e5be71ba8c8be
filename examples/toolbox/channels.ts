// Explains why a picture cannot be the input of a net with other channels than colours.
import type { ModelReport } from './protocol.js';

/** Why a picture cannot be the net's input, and what can; undefined for a net that accepts pictures. */
export function channelTrouble({ name, input, preprocessing }: ModelReport): string | undefined {
  const [C] = input;
  if (input.length !== 3) {
    return `${name} takes ${input.join('×')}, which no picture is. Drop a .npy of that shape, or of several such.`;
  }
  if (C === 1 || C === 3 || (C === 4 && preprocessing.alpha)) return undefined;
  const fourth = C === 4 ? ' If the fourth is alpha, say so under Preprocessing.' : '';
  return `${name} takes ${C} channels, and a picture has 3. Drop a .npy of ${input.join('×')}, or of several such.${fourth}`;
}
