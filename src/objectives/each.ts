import { OptionError } from '../core/errors.js';
import type { Value } from '../graph/tape.js';
import { binary } from '../kernels/binary/index.js';
import { op as reduction } from '../kernels/reduction/index.js';
import type { Aimed, Chosen } from '../parts/kinds.js';
import { definePart } from '../parts/part.js';
import type { Scene } from '../scene/openNet.js';
import { along } from './along.js';
import { forImage } from './forImage.js';
import { sum } from './sum.js';
import { termsOf } from './terms.js';

/** A batch in which each image has an objective of its own. Objectives of one kind and layer cost what one of them costs. */
export const each = definePart({
  kind: 'objective',
  name: 'each',
  text: 'Another objective for each image of the batch.',
  source: 'lucid: the batch argument of its objectives',
  fields: { of: { type: 'parts', kind: 'objective', text: 'one for each image, in their order' } },
  make({ of }) {
    const terms = termsOf('each.of', of);
    const one = sum.make({ of: terms.map((term, image) => forImage.make({ image, of: [term] })) });
    const check = ({ batch }: Scene) => {
      if (batch === terms.length) return;
      throw new OptionError('each.of', `needs ${batch} objectives, one for each image, got ${terms.length}`);
    };
    return {
      label: `${terms.length} objectives, one for each image`,
      layers: one.layers,
      build(scene) {
        check(scene);
        const chosen = terms.map((term) => term.chosen?.(scene));
        if (chosen.every((own) => own !== undefined)) return weighed(scene, chosen);
        const aimed = terms.map((term) => term.aimed?.(scene));
        return aimed.every((own) => own !== undefined) ? together(scene, aimed) : one.build(scene);
      },
    };
  },
});

/** Σ factor·score of each image, with the scores that images share taken once. */
function weighed({ tape, batch }: Scene, chosen: readonly (readonly Chosen[])[]): Value {
  const weights = new Map<Value, Float32Array>();
  for (const [image, own] of chosen.entries()) {
    for (const { scores, index, factor } of own) {
      const K = scores.shape[1];
      if (index >= K) throw new OptionError('each.of', `image ${image} asks for channel ${index} of ${K}`);
      const factors = weights.get(scores) ?? new Float32Array(batch * K);
      factors[image * K + index] += factor;
      weights.set(scores, factors);
    }
  }
  return [...weights]
    .map(([scores, factors]) => {
      const w = tape.constant('factors', scores.shape, factors);
      return tape.apply(reduction, { x: binary(tape, 'mul', scores, w) }, { kind: 'sum', axes: [1], keep: false });
    })
    .reduce((a, b) => binary(tape, 'add', a, b));
}

/** How far each image goes in its own direction. Those in the same maps, with the same power, are compared at once. */
function together({ tape, batch }: Scene, aimed: readonly Aimed[]): Value {
  const groups = new Map<string, { readonly aim: Aimed; readonly images: number[] }>();
  for (const [image, aim] of aimed.entries()) {
    const key = `${aim.maps.id} ${aim.power}`;
    const group = groups.get(key) ?? { aim, images: [] };
    group.images.push(image);
    groups.set(key, group);
  }
  return [...groups.values()]
    .map(({ aim: { maps, power }, images }) => {
      const [, C, ...places] = maps.shape;
      const vectors = new Float32Array(batch * C);
      for (const image of images) vectors.set(aimed[image].vector, image * C);
      const target = tape.constant('directions', [batch, C, ...places.map(() => 1)], vectors);
      return along(tape, maps, target, power);
    })
    .reduce((a, b) => binary(tape, 'add', a, b));
}
