// From a unit back to the image: gradient (Simonyan et al. 2013), deconvnet (Zeiler & Fergus 2013) and guided
// backpropagation (Springenberg et al. 2014), seeded as the Deep Visualization Toolbox does.

import { attribute } from '../attribute/attribute.js';
import { type Method, rulesOf } from '../attribute/parts.js';
import { startAtChannel, startAtUnit } from '../attribute/start.js';
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import { compile } from '../graph/plan.js';
import { argMaxRows } from '../kernels/argMax/rows.js';
import type { SeedMode } from '../kernels/channelSeed/index.js';
import { selectEach } from '../kernels/select/each.js';
import { op as slice } from '../kernels/slice/index.js';
import { unitsOf } from '../scene/channelAxis.js';
import type { ForwardOptions } from '../scene/forward.js';
import type { HostTensor } from '../scene/input.js';
import { openNet, type Scene } from '../scene/openNet.js';
import type { Unit, UnitAddress } from '../scene/unit.js';

export interface BackProjectionOptions extends ForwardOptions {
  /** How cotangents pass the ops on their way; default `gradient`. */
  readonly mode?: Method;
  /**
   * `one` seeds 1 at the unit. The others seed the unit's whole channel, `activation` with its own activation map, as the live
   * toolbox does: read after in-place layers, while backward starts at the named layer itself.
   */
  readonly seedMode?: 'one' | SeedMode;
  /** Let cotangents pass LRN unchanged. */
  readonly ignoreLrn?: boolean;
}

/** What in an image made a unit respond. */
export interface BackProjection {
  readonly unit: Unit;
  /** The unit's activation at the named layer. */
  readonly activation: number;
  /** Where in the image the unit's channel is greatest at the named layer; elsewhere the gradient may be zero. */
  readonly greatest: { readonly at: readonly [y: number, x: number]; readonly value: number };
  /** In the net's input layout and channel order. */
  readonly gradient: HostTensor;
}

/** What `unit` sees in `input` `[1, C, H, W]`. @throws UnknownNameError, OptionError, ShapeError */
export async function backProject(
  ctx: Context,
  model: Model,
  input: Float32Array,
  address: UnitAddress,
  options: BackProjectionOptions = {},
): Promise<BackProjection> {
  const { mode = 'gradient', seedMode = 'one', ignoreLrn = false, inputs, signal } = options;
  const scene = openNet(model, { batch: 1, ...(inputs && { inputs }) });
  const { unit, ...atUnit } = startAtUnit(scene, address);
  const target = seedMode === 'one' ? atUnit : startAtChannel(scene, address.layer, unit.channel, seedMode);
  const method = [...rulesOf(mode), ...(ignoreLrn ? ['ignoreLrn' as const] : [])];
  const gradient = attribute(scene, { target, method });
  const greatest = greatestOf(scene, unit);
  const keep = [atUnit.from, greatest.value, greatest.place, gradient];
  using plan = await compile(ctx, scene.tape, { keep, ...(signal && { signal }) });

  plan.write(scene.image, input);
  plan.run();
  const [[activation], [value], [place], data] = await Promise.all([
    plan.read(atUnit.from),
    plan.read(greatest.value),
    plan.readU32(greatest.place),
    plan.read(gradient),
  ]);
  const { width } = greatest;
  return {
    unit,
    activation,
    greatest: { at: [Math.floor(place / width), place % width], value },
    gradient: { shape: gradient.shape, data },
  };
}

/** Where the unit's channel has its first maximum, counted along rows of `width`, and the maximum. */
function greatestOf({ tape, image, at }: Scene, { layer, channel }: Unit) {
  const x = unitsOf(tape, image, layer, at(layer));
  const map = tape.apply(slice, { x }, { axis: 1, start: channel, end: channel + 1 });
  const place = tape.apply(argMaxRows, { x: map }, {});
  const [, , , width = 1] = x.shape;
  return { place, value: tape.apply(selectEach, { x: map, at: place }, {}), width };
}
