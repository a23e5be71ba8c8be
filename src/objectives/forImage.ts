import { OptionError } from '../core/errors.js';
import { binary } from '../kernels/binary/index.js';
import { definePart } from '../parts/part.js';
import { termsOf } from './terms.js';

/** An objective of one image of the batch: different images then want different things. */
export const forImage = definePart({
  kind: 'objective',
  name: 'forImage',
  text: 'An objective that counts for one image of the batch alone.',
  source: 'lucid: the batch argument of its objectives',
  fields: {
    image: { type: 'number', whole: true, min: 0, text: 'place in the batch, from 0' },
    of: { type: 'parts', kind: 'objective', text: 'the one objective' },
  },
  make({ image, of }) {
    const [term, ...others] = termsOf('forImage.of', of);
    if (others.length > 0)
      throw new OptionError('forImage.of', `takes one objective, got ${of.length}; put them in a sum`);
    return {
      label: `image ${image}: ${term.label}`,
      layers: term.layers,
      build(scene) {
        if (image >= scene.batch) {
          throw new OptionError('forImage.image', `must be below the ${scene.batch} images of the batch, got ${image}`);
        }
        const mask = new Float32Array(scene.batch);
        mask[image] = 1;
        return binary(scene.tape, 'mul', term.build(scene), scene.tape.constant(`image ${image}`, [scene.batch], mask));
      },
    };
  },
});
