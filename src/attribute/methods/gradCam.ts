import { definePart } from '../../parts/part.js';
import { CAM, camMethod, meanOfPlaces } from '../cam.js';

/** Grad-CAM. Made for nets whose maps are averaged before the classes; where fully connected layers follow, a mean gradient says little. */
export const gradCam = definePart({
  kind: 'attribution method',
  name: 'gradCam',
  text: 'The maps of a layer, each weighed by the mean of the target’s gradient over it.',
  source: 'Selvaraju et al. 2017 (Grad-CAM), eq. 1 and 2',
  fields: CAM,
  make: (options) => camMethod('gradCam', options, ({ tape, gradient }) => meanOfPlaces(tape, gradient)),
});
