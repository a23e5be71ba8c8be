import { OptionError } from '../core/errors.js';
import { pointwise } from '../kernels/pointwise/index.js';
import { definePart } from '../parts/part.js';
import { openNet } from '../scene/openNet.js';
import { outputLayer } from '../scene/outputs.js';
import { AMOUNT, towards } from './towards.js';

/** As `prior`, with a net of its own that takes noise from codes. */
export const denoise = definePart({
  kind: 'update rule',
  name: 'denoise',
  text: 'Goes towards what a denoising autoencoder makes of the variable: g + amount·(R(h) − h).',
  source: 'Nguyen et al. 2017 (PPGN) eq. 8 and 9: PPGN-x, and PPGN-h with a separate autoencoder',
  fields: {
    amount: AMOUNT,
    net: {
      type: 'text',
      default: 'denoiser',
      text: 'the autoencoder, by the name under which the run is given it (nets)',
    },
    level: {
      type: 'number',
      min: 0,
      max: 1,
      default: 0.2,
      text: 'how noisy a code is, for a net that is told (an input “level”)',
    },
  },
  make({ amount, net, level }) {
    return {
      label: `denoise ${amount}`,
      restless: true,
      update({ tape, space }, { variable, gradient }, live) {
        if (!space) throw new OptionError('optim', `'denoise' is for images, not for weights`);
        const model = space.net(net);
        // A net may be told how noisy a code is, and then takes cos(level·π/2) of it, as mini-dae does: a mixture with noise keeps the size of
        // codes. Of other inputs, such as the class, nothing is known: zeros.
        const inputs = Object.fromEntries(
          (model.sides ?? []).map((side) => {
            const shape = [variable.shape[0], ...side.shape.slice(1)];
            const size = shape.reduce((a, b) => a * b, 1);
            return [side.name, { shape, data: new Float32Array(size).fill(side.name === 'level' ? level : 0) }];
          }),
        );
        const told = model.sides?.some(({ name }) => name === 'level');
        const noisy = told ? pointwise(tape, variable, 'power', { a: Math.cos((level * Math.PI) / 2) }) : variable;
        const cleaned = openNet(model, { tape, image: noisy, inputs }).at.final(outputLayer(model));
        const names = { option: 'denoise.net', what: `what '${model.name}' gives` };
        return { direction: towards(tape, { variable, gradient }, cleaned, live, names) };
      },
    };
  },
});
