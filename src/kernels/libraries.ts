// WGSL libraries that kernels of several layers use.
import type { WgslLibrary } from '../gpu/wgsl.js';
import firstMaximumSource from './first_maximum.wgsl?raw';
import orderedSource from './ordered.wgsl?raw';
import quotientSource from './quotient.wgsl?raw';
import reflectSource from './reflect.wgsl?raw';
import weightsSource from './weights.wgsl?raw';

/** Floats as whole numbers in the same order, NaN last. */
export const ordered: WgslLibrary = { name: 'ordered', wgsl: orderedSource };
/** Where a row has its first maximum. It uses the rows of a `rowKernel`, which come in two kinds and so are declared there. */
export const firstMaximum: WgslLibrary = { name: 'first_maximum', wgsl: firstMaximumSource, uses: [ordered] };
/** Division of whole numbers by way of floats. */
export const quotient: WgslLibrary = { name: 'quotient', wgsl: quotientSource };
/** What stands beyond the border of a reflected image. */
export const reflect: WgslLibrary = { name: 'reflect', wgsl: reflectSource };
/** Reads frozen weights in single or half precision. */
export const weights: WgslLibrary = { name: 'weights', wgsl: weightsSource };
