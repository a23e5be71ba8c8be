import { createRng, seedFor } from '../core/rng.js';
import { sizeOf } from '../core/shape.js';
import { definePart } from '../parts/part.js';
import { codeNumbers } from '../scene/codeNumbers.js';
import { codeShape, drawnBy } from '../scene/drawnBy.js';

/** The images are those that a generator can draw, which were trained to look like pictures. */
export const generator = definePart({
  kind: 'parameterization',
  name: 'generator',
  text: 'A code, of which a generator net draws the image.',
  source: 'Nguyen et al. 2016 (DGN-AM); Dosovitskiy & Brox 2016',
  fields: {
    net: {
      type: 'text',
      default: 'generator',
      text: 'the generator, by the name under which the run is given it (nets)',
    },
    codes: {
      type: 'text',
      optional: true,
      text: 'numbers that the run is given: the mean of each number of a code, then their standard deviations. Codes start there; without them at 0 and 1',
    },
    deviation: { type: 'number', min: 0, default: 1, text: 'times the deviation of codes at the start' },
  },
  make({ net, codes, deviation }) {
    return {
      label: `generator ${net}`,
      editable: false,
      code: true,
      variables: ([N], space) => [{ label: 'code', shape: [N, ...codeShape(space.net(net))] }],
      start(space, seed) {
        const size = sizeOf(codeShape(space.net(net)));
        const { normal } = createRng(seedFor(seed, 'code'));
        if (codes === undefined) return [Float32Array.from({ length: size }, () => deviation * normal())];
        const known = codeNumbers(space, codes, size);
        return [
          Float32Array.from({ length: size }, (_, i) => known.mean[i] + deviation * known.deviation[i] * normal()),
        ];
      },
      image: ({ tape, space }, [code]) => drawnBy(tape, code, net, space),
    };
  },
});
