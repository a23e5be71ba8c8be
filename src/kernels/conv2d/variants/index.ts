// The ways of making a fast convolution. Each .wgsl file says what it does, and what it gained over which earlier version:
// v1 conv2d.wgsl, v2 subgroup, v3 subgroupRow, v4 subgroupPoint, v5 direct, v6 tiles, v7 halfTiles.
import type { DeviceTraits } from '../../../gpu/context.js';
import { direct, directKernel } from './direct.js';
import { halfTiles, halfTilesKernel, rangeKernel } from './halfTiles.js';
import { subgroup, subgroupKernel } from './subgroup.js';
import { pointKernel, subgroupPoint } from './subgroupPoint.js';
import { rowKernel, subgroupRow } from './subgroupRow.js';
import { sumKernel, tiles, tilesKernel } from './tiles.js';
import type { Layer, Variant } from './variant.js';

export const kernels = [
  subgroupKernel,
  rowKernel,
  pointKernel,
  directKernel,
  tilesKernel,
  halfTilesKernel,
  rangeKernel,
  sumKernel,
];

/** Of those that share a name, the special ones come first. */
const VARIANTS: readonly Variant[] = [direct, halfTiles, tiles, subgroupPoint, subgroupRow, subgroup];

/** Rows of a group up to which `direct` is the rule: a product would make 16 rows and keep this many. */
const FEW_ROWS = 2;

/** Names of the variants that fit a layer on a device, the one that is best as a rule first. */
export function namesFor(layer: Layer, device: DeviceTraits): readonly string[] {
  // Adapters on the CPU have no workgroup memory: a tile there is copied for nothing.
  const products = device.software ? (['subgroup', 'tiles'] as const) : (['tiles', 'subgroup'] as const);
  const order = ['half tiles', ...products] as const;
  const names = layer.Mg <= FEW_ROWS ? (['direct', ...order] as const) : ([...order, 'direct'] as const);
  return names.filter((name) => VARIANTS.some((v) => v.name === name && v.fits(layer, device)));
}

/** The variant of that name for a layer; the last resort is `subgroup`, which fits them all. */
export const variantNamed = (name: string, layer: Layer, device: DeviceTraits): Variant =>
  VARIANTS.find((v) => v.name === name && v.fits(layer, device)) ?? subgroup;
