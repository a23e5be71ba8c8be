// From a unit back to the image: gradient (Simonyan et al. 2013), deconvnet (Zeiler & Fergus 2013) and guided
// backpropagation (Springenberg et al. 2014), seeded as the Deep Visualization Toolbox does.

import { grad } from '../autodiff/grad.js';
import { backwardRules } from '../autodiff/rules.js';
import { f32 } from '../core/shape.js';
import type { Context } from '../gpu/context.js';
import { type Model, trace } from '../graph/model.js';
import { compile } from '../graph/plan.js';
import { createTape } from '../graph/tape.js';
import type { ReluRule } from '../kernels/relu/index.js';
import { unitsOf } from '../scene/channelAxis.js';
import { type HostTensor, withBatch } from '../scene/input.js';
import { layers } from '../scene/layers.js';
import { sideInputs } from '../scene/sides.js';
import { locateUnit, type Unit, type UnitAddress } from '../scene/unit.js';
import type { ForwardOptions } from './forward.js';

export interface BackProjectionOptions extends ForwardOptions {
  readonly mode?: ReluRule;
  /**
   * `one` seeds 1 at the unit. `activation` seeds the unit's whole channel with its own activation map, as the live
   * toolbox does: read after in-place layers, while backward starts at the named layer itself.
   */
  readonly seedMode?: 'one' | 'activation';
  /** Let cotangents pass LRN unchanged. */
  readonly ignoreLrn?: boolean;
}

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
  const { mode = 'gradient', seedMode = 'one', ignoreLrn = false, signal } = options;
  const tape = createTape();
  const image = tape.leaf(model.input.name, f32(...withBatch(model.input.shape, 1)));
  const at = trace(tape, model, image, layers, { inputs: sideInputs(tape, model, 1, options.inputs) });
  const layer = unitsOf(tape, image, address.layer, at(address.layer));
  const shown = seedMode === 'activation' ? unitsOf(tape, image, address.layer, at.final(address.layer)) : layer;
  const unit = locateUnit(address, layer.shape);
  const seed = tape.leaf('seed', layer);
  const [gradient] = grad(tape, layer, [image], { seed, rules: backwardRules(mode, { ignoreLrn }) });
  using plan = await compile(ctx, tape, { keep: [layer, shown, gradient], ...(signal && { signal }) });

  // The seed needs the forward pass: run once for it, once more with it.
  plan.write(image, input);
  plan.run();
  const values = await plan.read(shown);
  const seeds = new Float32Array(values.length);
  if (seedMode === 'one') {
    seeds[unit.index] = 1;
  } else {
    const plane = values.length / layer.shape[1];
    const from = unit.channel * plane;
    seeds.set(values.subarray(from, from + plane), from);
  }
  plan.write(seed, seeds);
  plan.run();
  const own = await plan.read(layer);
  const [, , , W = 1] = layer.shape;
  const size = own.length / layer.shape[1];
  const channel = own.subarray(unit.channel * size, (unit.channel + 1) * size);
  const best = channel.reduce((found, value, i) => (value > channel[found] ? i : found), 0);
  const greatest = { at: [Math.floor(best / W), best % W], value: channel[best] } as const;
  return {
    unit,
    activation: own[unit.index],
    greatest,
    gradient: { shape: gradient.shape, data: await plan.read(gradient) },
  };
}
