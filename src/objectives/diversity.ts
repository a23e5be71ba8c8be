import { sizeBetween } from '../core/shape.js';
import { binary } from '../kernels/binary/index.js';
import { op as matMul } from '../kernels/matMul/index.js';
import { pointwise } from '../kernels/pointwise/index.js';
import { op as reduction } from '../kernels/reduction/index.js';
import { op as reshape } from '../kernels/reshape/index.js';
import { definePart } from '../parts/part.js';
import { mapsOf } from './maps.js';

/** Keeps the length of a Gram matrix that is zero from dividing by zero; Σ of squares. lucid: 1e-10. */
const TINY = 1e-10;

/**
 * The images of a batch made unlike each other, in which channels fire together: the facets of a unit that answers to several things.
 *
 * An image's number is −Σ ⟨Gᵢ, Gⱼ⟩ over the others, with Gram matrices G over the places, of length 1 each. The images of a batch hang on
 * each other: none is what it would be alone, and alone it is 0. lucid has the opposite sign, and a weight of −1e2 beside a channel; here
 * that is +1e2.
 */
export const diversity = definePart({
  kind: 'objective',
  name: 'diversity',
  text: 'How unlike the images of the batch are in which channels of a layer fire together; each image depends on all others.',
  source: 'Olah et al. 2017; lucid objectives.diversity, with the opposite sign',
  fields: { layer: { type: 'text', text: 'layer or blob' } },
  make({ layer }) {
    return {
      label: `diversity in ${layer}`,
      layers: [layer],
      build(scene) {
        const { tape, batch } = scene;
        const maps = mapsOf(scene, layer);
        const C = maps.shape[1];
        const a = tape.apply(reshape, { x: maps }, { shape: [batch, C, sizeBetween(maps.shape, 2)] });
        const gram = tape.apply(matMul, { a, b: a }, { transposeB: true });
        const x = tape.apply(reshape, { x: gram }, { shape: [batch, C * C] });
        const sum = (v: typeof x, axis: number, keep: boolean) =>
          tape.apply(reduction, { x: v }, { kind: 'sum', axes: [axis], keep });
        const squares = sum(binary(tape, 'mul', x, x), 1, true);
        const unit = binary(tape, 'mul', x, pointwise(tape, squares, 'power', { b: TINY, c: -0.5 }));
        // ⟨Gᵢ, Gᵢ − Σ over all⟩.
        const others = binary(tape, 'sub', unit, sum(unit, 0, true));
        return sum(binary(tape, 'mul', unit, others), 1, false);
      },
    };
  },
});
