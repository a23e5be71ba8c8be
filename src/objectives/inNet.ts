import { OptionError } from '../core/errors.js';
import { definePart } from '../parts/part.js';
import type { Scene } from '../scene/openNet.js';
import { shownTo } from '../scene/shownTo.js';
import { termsOf } from './terms.js';

/**
 * An objective that another net judges, which is shown the same image in its own colours, mean and size. Beside an objective of the first net
 * in a sum, both are of one step. Its layers are that net's.
 */
export const inNet = definePart({
  kind: 'objective',
  name: 'inNet',
  text: 'An objective of another net, which is shown the same images.',
  source: 'feature visualization for several nets at once, such as an ensemble',
  fields: {
    net: { type: 'text', text: 'the net, by the name under which the run is given it (nets)' },
    of: { type: 'parts', kind: 'objective', text: 'the one objective' },
  },
  make({ net, of }) {
    const [term, ...others] = termsOf('inNet.of', of);
    if (others.length > 0)
      throw new OptionError('inNet.of', `takes one objective, got ${of.length}; put them in a sum`);
    const { watch, chosen } = term;
    const shown = (scene: Scene) => scene.net(net, shownTo);
    return {
      label: `${term.label} in ${net}`,
      layers: [],
      build: (scene) => term.build(shown(scene)),
      ...(watch && { watch: (scene) => watch(shown(scene)) }),
      ...(chosen && { chosen: (scene) => chosen(shown(scene)) }),
    };
  },
});
