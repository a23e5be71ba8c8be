import { OptionError } from '../core/errors.js';
import { stepUp } from '../kernels/ascent/index.js';
import { binary } from '../kernels/binary/index.js';
import { definePart } from '../parts/part.js';
import { drawnBy } from '../scene/drawnBy.js';
import { inpainted } from '../scene/inpainted.js';
import { openNet } from '../scene/openNet.js';
import { renormalize } from '../scene/renormalize.js';

interface Options {
  readonly amount: number;
}

/**
 * A step towards what is probable: where R is a denoising autoencoder trained with noise of variance σ², (R(h) − h)/σ² comes near
 * ∂log p(h)/∂h (Alain & Bengio 2014). Here R(h) = E(G(h)), the code of what is drawn.
 */
export const prior = definePart({
  kind: 'update rule',
  name: 'prior',
  text: 'Goes towards the code that an encoder finds in what the generator draws: g + amount·(E(G(h)) − h).',
  source: 'Nguyen et al. 2017 (PPGN) eq. 11, ε₁; joint and noiseless joint PPGN-h',
  fields: {
    amount: {
      type: 'number',
      min: 0,
      default: 1e-2,
      live: true,
      text: 'ε₁: how far to go',
      slider: { min: -6, max: 0, step: 0.05, log: true },
    },
    generator: {
      type: 'text',
      default: 'generator',
      text: 'the generator, by the name under which the run is given it (nets)',
    },
    encoder: {
      type: 'text',
      default: 'encoder',
      text: 'the net that codes come from, by the name under which the run is given it',
    },
    layer: { type: 'text', default: 'fc6', text: 'the encoder’s layer with the code' },
    picture: { type: 'text', optional: true, text: 'with inpaint: the picture that is shown around the hole' },
    mask: { type: 'text', optional: true, text: 'with inpaint: the mask' },
  },
  make({ amount, generator, encoder, layer, picture, mask }) {
    if ((picture === undefined) !== (mask === undefined)) {
      throw new OptionError('prior.mask', 'picture and mask belong together; name both or none');
    }
    return {
      label: `prior ${amount}`,
      update({ tape, space }, { variable: code, gradient }, live) {
        if (!space) throw new OptionError('optim', `'prior' is for images, not for weights`);
        const drawn = drawnBy(tape, code, generator, space);
        const shown =
          picture === undefined || mask === undefined ? drawn : inpainted(tape, drawn, { picture, mask }, space);
        const net = space.net(encoder);
        const again = openNet(net, {
          tape,
          image: renormalize(tape, shown, space.preprocessing, net.preprocessing),
        }).at.final(layer);
        if (again.shape.join() !== code.shape.join()) {
          throw new OptionError(
            'prior.layer',
            `'${layer}' of '${net.name}' has ${again.shape.slice(1).join('×')} numbers, a code has ${code.shape.slice(1).join('×')}`,
          );
        }
        const rate = live.data('amount', [1], (o: Options) => Float32Array.of(o.amount));
        return { direction: tape.apply(stepUp, { x: gradient, d: binary(tape, 'sub', again, code), rate }, {}) };
      },
    };
  },
});
