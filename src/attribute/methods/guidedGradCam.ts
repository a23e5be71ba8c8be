import { binary } from '../../kernels/binary/index.js';
import { definePart } from '../../parts/part.js';
import { attribute } from '../attribute.js';
import { camOf, meanOfPlaces, weighed } from '../cam.js';
import { onePass } from '../onePass.js';
import { LAYER } from './fields.js';

/** Both are of the same target; the map of places is as large as the picture. */
export const guidedGradCam = definePart({
  kind: 'attribution method',
  name: 'guidedGradCam',
  text: 'Guided backpropagation times Grad-CAM: fine, and only where the class is.',
  source: 'Selvaraju et al. 2017 (Grad-CAM), §3.2; Springenberg et al. 2014',
  fields: { layer: LAYER },
  make: (options) =>
    onePass('guidedGradCam', (scene, target) => {
      const { name, tape, maps, gradient } = weighed(scene, target, options.layer);
      const cam = camOf(scene, maps, meanOfPlaces(tape, gradient), { rectified: 'yes', size: 'image' });
      const guided = attribute(scene, { target: { build: () => target }, method: 'guided' });
      return {
        map: binary(tape, 'mul', guided, cam),
        meaning: `guided backpropagation where the places of '${name}' speak for the target`,
        drawn: 'size',
        layer: name,
      };
    }),
});
