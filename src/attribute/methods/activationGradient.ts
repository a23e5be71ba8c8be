import { definePart } from '../../parts/part.js';
import { CAM, camMethod } from '../cam.js';

/** Signed by default: what each place adds is as telling where it takes away. */
export const activationGradient = definePart({
  kind: 'attribution method',
  name: 'activationGradient',
  text: 'The maps of a layer, each place weighed by its own gradient: what each place adds to the target, to first order.',
  source:
    'Olah et al. 2018 (The building blocks of interpretability), spatial attribution; captum LayerGradientXActivation',
  fields: { ...CAM, rectified: { ...CAM.rectified, default: 'no' } },
  make: (options) => camMethod('activationGradient', options, ({ gradient }) => gradient),
});
