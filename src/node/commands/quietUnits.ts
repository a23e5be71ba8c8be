// What is printed about units that the pictures of a search hardly activate.
import { quietUnits } from '../../methods/quietUnits.js';
import type { TopImages } from '../../methods/topImages.js';

/** Maximum number of units that a line names. */
const MOST_NAMED = 8;

/** A line for dead units, one for units with fewer pictures than are kept, and one for a set of fewer pictures. */
export function quietText(top: TopImages): string[] {
  const { k, scanned, skipped = [] } = top;
  const pictures = scanned - skipped.length;
  const quiet = quietUnits(top);
  const dead = quiet.flatMap(({ layer, dead }) => dead.map((channel) => `${layer}:${channel}`));
  const few = quiet.flatMap(({ layer, few }) => few.map(({ channel, images }) => `${layer}:${channel} (${images})`));
  const kept = Math.min(k, pictures);
  return [
    ...(pictures < k ? [`the set has ${pictures} pictures, fewer than the ${k} to keep for each unit`] : []),
    ...(dead.length > 0 ? [`no picture activates ${dead.length} units: ${named(dead)}`] : []),
    ...(few.length > 0 ? [`fewer than ${kept} pictures activate ${few.length} units: ${named(few)}`] : []),
  ];
}

function named(units: readonly string[]): string {
  const more = units.length > MOST_NAMED ? [`and ${units.length - MOST_NAMED} more, which --json lists`] : [];
  return [...units.slice(0, MOST_NAMED), ...more].join(', ');
}
