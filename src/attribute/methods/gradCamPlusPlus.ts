import { binary } from '../../kernels/binary/index.js';
import { pointwise } from '../../kernels/pointwise/index.js';
import { op as relu } from '../../kernels/relu/index.js';
import { definePart } from '../../parts/part.js';
import { CAM, camMethod, sumOfPlaces } from '../cam.js';

/** For the target exp(y), whose higher derivatives are powers of y’s: its common factor exp(y) is left out, which only scales the map. */
export const gradCamPlusPlus = definePart({
  kind: 'attribution method',
  name: 'gradCamPlusPlus',
  text: 'As Grad-CAM, but a channel counts by its positive gradients, each weighed so that all places of an object count alike.',
  source: 'Chattopadhay et al. 2018 (Grad-CAM++), eq. 5 and 19',
  fields: CAM,
  make: (options) =>
    camMethod('gradCamPlusPlus', options, ({ tape, maps, gradient }) => {
      const square = pointwise(tape, gradient, 'power', { c: 2 });
      const cube = binary(tape, 'mul', square, gradient);
      const below = binary(
        tape,
        'add',
        pointwise(tape, square, 'power', { a: 2 }),
        binary(tape, 'mul', cube, sumOfPlaces(tape, maps)),
      );
      // Where the gradient is zero, so is the weight, whatever stands below the line.
      const isZero = pointwise(tape, below, 'not');
      const alpha = binary(tape, 'div', square, binary(tape, 'add', below, isZero));
      const positive = tape.apply(relu, { x: gradient }, { slope: 0 });
      return sumOfPlaces(tape, binary(tape, 'mul', alpha, positive));
    }),
});
