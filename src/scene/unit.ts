// Unit addresses: `layer:channel[:y,x]`, the way a person names one unit of a net.

import { type FocusOptions, focus } from '../autodiff/focus.js';
import { OptionError } from '../core/errors.js';
import { formatShape, type Shape } from '../core/shape.js';
import type { Tape, Value } from '../graph/tape.js';
import { op as select } from '../kernels/select/index.js';

/** A unit as written. */
export interface UnitAddress {
  readonly layer: string;
  readonly channel: number;
  /** Row and column in the channel's map; its centre where absent. */
  readonly at?: readonly [y: number, x: number];
}

/** A unit found in a layer of a known shape. */
export interface Unit {
  readonly layer: string;
  readonly channel: number;
  readonly at: readonly [y: number, x: number];
  /** `(channel·H + y)·W + x`. */
  readonly index: number;
}

/** Reads `inception_4a/output:360:4,3`. Layer names may hold colons. @throws OptionError */
export function parseUnit(text: string): UnitAddress {
  const match = /^(.+?):(\d+)(?::(\d+),(\d+))?$/.exec(text);
  if (!match) {
    throw new OptionError(
      'unit',
      `'${text}' is not layer:channel or layer:channel:y,x, such as conv5:12 or conv5:12:6,6`,
    );
  }
  const [, layer, channel, y, x] = match;
  const address = { layer, channel: Number(channel) };
  return y === undefined ? address : { ...address, at: [Number(y), Number(x)] };
}

/** `layer:channel:y,x`, or `layer:channel` where the map is one unit. */
export function formatUnit(unit: UnitAddress, shape?: Shape): string {
  const single = shape?.slice(2).every((dim) => dim === 1) ?? false;
  const place = unit.at && !single ? `:${unit.at.join(',')}` : '';
  return `${unit.layer}:${unit.channel}${place}`;
}

/** The unit in a layer of `shape` `[N, C]` or `[N, C, H, W]`, at the centre of the map by default. @throws OptionError */
export function locateUnit(address: UnitAddress, shape: Shape): Unit {
  if (shape.length < 2) {
    throw new OptionError(
      'unit',
      `layer '${address.layer}' ${formatShape(shape)} has no channels: it must be [N,C] or [N,C,H,W]`,
    );
  }
  const [, C, H = 1, W = 1] = shape;
  const { layer, channel, at = [Math.floor(H / 2), Math.floor(W / 2)] } = address;
  if (!(channel < C)) {
    throw new OptionError(
      'unit',
      `channel ${channel} is outside layer '${layer}' ${formatShape(shape)}, channels 0 to ${C - 1}`,
    );
  }
  const [y, x] = at;
  if (!(y < H && x < W)) {
    throw new OptionError(
      'unit',
      `position ${y},${x} is outside layer '${layer}' ${formatShape(shape)}, a map of ${H}x${W}`,
    );
  }
  return { layer, channel, at, index: (channel * H + y) * W + x };
}

/**
 * The unit's activation `[N]`, from the part of the net that it sees: its gradient costs what its receptive field does.
 * Equal to the unit's entry of `layer`.
 */
export function unitOf(
  tape: Tape,
  layer: Value,
  { channel, at: [y, x], index }: Omit<Unit, 'layer'>,
  options: FocusOptions = {},
): Value {
  if (layer.shape.length !== 4) return tape.apply(select, { x: layer }, { index });
  const point = focus(tape, layer, { top: y, left: x, bottom: y + 1, right: x + 1 }, options);
  return tape.apply(select, { x: point }, { index: channel });
}
