// The ways of computing a fully connected layer and its gradients, the fastest first: the first that fits a layer and a device is
// taken. Each .wgsl file says what it does, and what it gained over which other.
import { type DwVariant, dwPlain, dwPlainKernel } from './dwPlain.js';
import { dwQuads, dwQuadsKernel } from './dwQuads.js';
import { type DxVariant, sumKernel } from './dxParts.js';
import { dxPlain, dxPlainKernel } from './dxPlain.js';
import { dxQuads, dxQuadsKernel } from './dxQuads.js';
import { dxRows, dxRowsKernel } from './dxRows.js';
import { rows, rowsKernel } from './rows.js';
import { subgroup, subgroupKernel } from './subgroup.js';
import type { ForwardVariant } from './variant.js';

export const kernels = [
  rowsKernel,
  dxPlainKernel,
  dwPlainKernel,
  dwQuadsKernel,
  subgroupKernel,
  dxQuadsKernel,
  dxRowsKernel,
  sumKernel,
];

export const FORWARD: readonly ForwardVariant[] = [subgroup, rows];
export const TO_X: readonly DxVariant[] = [dxRows, dxQuads, dxPlain];
export const TO_W: readonly DwVariant[] = [dwQuads, dwPlain];
