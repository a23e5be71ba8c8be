import { adam } from '../../optim/adam.js';
import { fourier } from '../../params/fourier.js';
import type { InversionPreset } from './inversion.js';

/** Inversion of an image whose variables are a spectrum. */
export const inversionFourier: InversionPreset = {
  name: 'inversionFourier',
  text: 'A spectrum in decorrelated colours, followed by Adam.',
  source: 'Mahendran & Vedaldi 2015, eq. 2; Olah et al. 2017: Fourier and decorrelated colour, Adam at 0.05',
  changes: 'No penalty: the parameterization takes its place.',
  study: ({ objective }) => ({
    objective,
    params: fourier.make({}),
    transforms: [],
    regularize: [],
    optim: [adam.make({ lr: 0.05 })],
    steps: 300,
  }),
};
