import { OptionError } from '../core/errors.js';
import { definePart } from '../parts/part.js';
import { drawnBy } from '../scene/drawnBy.js';
import { inpainted } from '../scene/inpainted.js';
import { openNet } from '../scene/openNet.js';
import { renormalize } from '../scene/renormalize.js';
import { AMOUNT, towards } from './towards.js';

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
    amount: AMOUNT,
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
      restless: true,
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
        const names = { option: 'prior.layer', what: `'${layer}' of '${net.name}'` };
        return { direction: towards(tape, { variable: code, gradient }, again, live, names) };
      },
    };
  },
});
