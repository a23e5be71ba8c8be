import { op as relu } from '../../kernels/relu/index.js';
import { definePart } from '../../parts/part.js';
import { CAM, camMethod } from '../cam.js';

/** LayerCAM: at the last maps much as Grad-CAM, at earlier ones finer. */
export const layerCam = definePart({
  kind: 'attribution method',
  name: 'layerCam',
  text: 'The maps of a layer, each place weighed by the positive part of its own gradient; also for early layers.',
  source: 'Jiang et al. 2021 (LayerCAM), eq. 4 to 6',
  fields: CAM,
  make: (options) =>
    camMethod('layerCam', options, ({ tape, gradient }) => tape.apply(relu, { x: gradient }, { slope: 0 })),
});
