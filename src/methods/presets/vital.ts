import { OptionError } from '../../core/errors.js';
import type { Model } from '../../graph/model.js';
import { vital as sortedAs } from '../../objectives/vital.js';
import { unitLayers } from '../../scene/unitLayers.js';
import type { Preset } from './preset.js';
import { spectral } from './spectrum.js';
import type { Target } from './target.js';

/** The name under which a run is given the pictures. */
export const REFERENCES = 'references';
/** Places of a map, at most: sorting them takes time that grows with their square. */
const MOST_PLACES = 1024;

/** VITAL: a picture in whose layers the values of real pictures of the class or feature are found again. */
export const vital: Preset = {
  name: 'vital',
  text: 'What real pictures of the class or feature have in common, by the values in several layers.',
  source: 'Gorgun et al. 2025 (VITAL); its code: class_fvis, neuron_fvis',
  changes:
    'Only the objective is VITAL’s; the image, its start and its steps are those of `spectrum`: followed by Adam from noise, as in the source, it draws noise on small nets. Layers: of each size of maps, up to 1024 places, the last one. Relevance is activation × gradient.',
  statistics: true,
  references: true,
  study: (asked) =>
    spectral(asked, () => {
      const { model, target } = asked;
      const { layer, channel } = target.address;
      return sortedAs({
        layers: stages(model, target),
        pictures: REFERENCES,
        ...(target.kind === 'unit' && { unit: `${layer}:${channel}` }),
      });
    }),
};

/** The last layer of each size of maps before what is asked about. @throws OptionError where there is none */
function stages(model: Model, { address }: Target): readonly string[] {
  const { layers } = unitLayers(model);
  const own = layers.findIndex(({ layer }) => layer === address.layer);
  const last = new Map<string, string>();
  for (const { layer, shape } of layers.slice(0, own < 0 ? layers.length : own)) {
    const [, H, W] = shape;
    if (H * W > 1 && H * W <= MOST_PLACES) last.set(`${H}x${W}`, layer);
  }
  if (last.size > 0) return [...last.values()];
  throw new OptionError(
    'preset',
    `'vital' needs a layer with maps of up to ${MOST_PLACES} places before '${address.layer}'`,
  );
}
