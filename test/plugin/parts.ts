// A plugin as its author writes it: one part of each kind, against what 'convscope' exports and nothing else.
import { createRng, definePart, gate, layers, type Op, type Tape, type Value, type Vjp } from 'convscope';

const binary = (tape: Tape, f: 'add' | 'sub' | 'mul' | 'div', a: Value, b: Value): Value =>
  tape.apply(layers.binary, { a, b }, { f });
/** (a·x + b)^c. */
const power = (tape: Tape, x: Value, a: number, b: number, c: number): Value =>
  tape.apply(layers.pointwise, { x }, { f: 'power', a, b, c });
const meanOfRows = (tape: Tape, x: Value): Value =>
  tape.apply(layers.reduction, { x }, { kind: 'mean', axes: x.shape.slice(1).map((_, i) => i + 1), keep: false });

/** One channel against another of the same layer. */
export const versus = definePart({
  kind: 'objective',
  name: 'versus',
  text: 'How much more one channel of a layer is active than another.',
  source: 'test/plugin',
  fields: {
    layer: { type: 'text', text: 'layer or blob' },
    channels: { type: 'numbers', length: 2, text: 'the channel to raise, and the one to lower' },
  },
  make: ({ layer, channels: [up, down] }) => ({
    label: `${layer}:${up} against ${down}`,
    layers: [layer],
    build({ tape, at }) {
      const channel = (start: number) =>
        meanOfRows(tape, tape.apply(layers.slice, { x: at(layer) }, { axis: 1, start, end: start + 1 }));
      return binary(tape, 'sub', channel(up), channel(down));
    },
  }),
});

/** Few large pixels, and a colour for the whole image: two variables. */
export const mosaic = definePart({
  kind: 'parameterization',
  name: 'mosaic',
  text: 'A small image, enlarged without smoothing, on one colour.',
  fields: {
    tile: { type: 'number', whole: true, min: 1, default: 2, unit: 'px', text: 'edge of a tile' },
    deviation: { type: 'number', min: 0, default: 10, text: 'standard deviation of the tiles at the start' },
  },
  make: ({ tile, deviation }) => ({
    label: `tiles of ${tile}`,
    editable: false,
    variables: ([N, C, H, W]) => [
      { label: 'tiles', shape: [N, C, Math.ceil(H / tile), Math.ceil(W / tile)] },
      { label: 'colour', shape: [N, C, 1, 1] },
    ],
    start({ shape: [C, H, W] }, seed) {
      const rng = createRng(seed);
      const tiles = C * Math.ceil(H / tile) * Math.ceil(W / tile);
      return [Float32Array.from({ length: tiles }, () => deviation * rng.normal()), new Float32Array(C)];
    },
    image({ tape }, [tiles, colour], mean) {
      const enlarged = [2, 3].map((axis) => ({
        axis,
        at: Array.from({ length: mean.shape[axis - 1] }, (_, i) => Math.floor(i / tile)),
        taps: 1,
        fill: 0,
      }));
      return binary(tape, 'add', tape.apply(layers.resample, { x: tiles }, { tables: enlarged }), colour);
    },
  }),
});

/** A penalty: a term of the objective. */
export const pull = definePart({
  kind: 'regularizer',
  name: 'pull',
  text: 'Strength times the mean square of the image: a pull towards the mean image.',
  fields: { strength: { type: 'number', min: 0, default: 1e-3, live: true, text: 'factor of the mean square' } },
  make: ({ strength }) => ({
    label: `pull ${strength}`,
    penalty({ tape }, image, live) {
      const factor = live.data('pull', [1], (o: { readonly strength: number }) => Float32Array.of(o.strength));
      return binary(tape, 'mul', meanOfRows(tape, binary(tape, 'mul', image, image)), factor);
    },
  }),
});

/** A projection: an edit of the image. */
export const border = definePart({
  kind: 'regularizer',
  name: 'border',
  text: 'Gives the border of the image the mean’s colour after each step.',
  fields: { width: { type: 'number', whole: true, min: 0, default: 1, unit: 'px', text: 'width of the border' } },
  make: ({ width }) => ({
    label: `border of ${width}`,
    project({ tape }, { image }) {
      const [, , H, W] = image.shape;
      const inside = (i: number, size: number) => i >= width && i < size - width;
      const mask = Float32Array.from({ length: H * W }, (_, i) =>
        inside(Math.floor(i / W), H) && inside(i % W, W) ? 1 : 0,
      );
      return binary(tape, 'mul', image, tape.constant('border', [1, 1, H, W], mask));
    },
  }),
});

/** A transform with random numbers of the device. */
export const dim = definePart({
  kind: 'transform',
  name: 'dim',
  text: 'Takes a random share of the contrast from each image, anew at each step.',
  fields: { most: { type: 'number', min: 0, max: 1, default: 0.5, live: true, text: 'greatest share' } },
  make: ({ most }) => ({
    label: `dim ${most}`,
    apply({ tape, random }, image, live) {
      const share = live.data('dim', [1], (o: { readonly most: number }) => Float32Array.of(-o.most));
      const drawn = binary(tape, 'mul', random.uniform([1, 1, 1]), share);
      return binary(tape, 'mul', image, power(tape, drawn, 1, 1, 1));
    },
  }),
});

/** An update rule that remembers something of each variable. */
export const rms = definePart({
  kind: 'update rule',
  name: 'rms',
  text: 'The gradient over the root of its mean square.',
  source: 'Tieleman & Hinton 2012, lecture 6.5',
  fields: {
    rate: { type: 'number', above: 0, default: 1, live: true, text: 'step size' },
    keep: { type: 'number', min: 0, below: 1, default: 0.9, text: 'share of the mean square that stays' },
  },
  make: ({ rate, keep }) => ({
    label: `rms ${rate}`,
    slots: (variable) => ({ square: variable }),
    update({ tape }, { gradient, slots }) {
      const fresh = power(tape, binary(tape, 'mul', gradient, gradient), 1 - keep, 0, 1);
      const square = binary(tape, 'add', power(tape, slots.square, keep, 0, 1), fresh);
      return {
        direction: binary(tape, 'mul', gradient, power(tape, square, 1, 1e-12, -0.5)),
        slots: { square },
      };
    },
    rate: (_, { rows }, live) =>
      live.data('rate', [rows], (o: { readonly rate: number }) => new Float32Array(rows).fill(o.rate)),
  }),
});

/** A backward rule, written with the gate that convolutions take over. */
export const leaky = definePart({
  kind: 'attribution rule',
  name: 'leaky',
  text: 'Guided backpropagation that lets a share through where the forward value is not positive.',
  source: 'test/plugin',
  fields: { slope: { type: 'number', min: 0, max: 1, default: 0.1, text: 'the share' } },
  make: ({ slope }) => ({
    label: `leaky ${slope}`,
    vjps: new Map<Op, Vjp>([
      [
        layers.relu,
        (tape, { output, cotangent }) => ({
          x: tape.apply(gate, { f: output, dy: cotangent }, { mask: true, clamp: true, slope }),
        }),
      ],
    ]),
  }),
});
