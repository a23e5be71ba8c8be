// A net on a tape, ready to be asked: the one way in which methods put a net there. Everything that asks about activations,
// optimizes an image or goes back to it starts here.
import { OptionError } from '../core/errors.js';
import { f32, formatShape, sizeOf, u32 } from '../core/shape.js';
import { type Activations, type Model, type TraceOptions, trace } from '../graph/model.js';
import { createTape, type Tape, type Value } from '../graph/tape.js';
import { batchOf, type HostTensor, withBatch } from './input.js';
import { layers } from './layers.js';
import { createRandom, type RandomSource } from './random.js';
import { sideInputs, sideLeaves } from './sides.js';

/** A net on a tape. Only what is asked for is computed: `at` appends the ancestors of a layer when the layer is first named. */
export interface Scene {
  readonly tape: Tape;
  readonly model: Model;
  /** Images that go through the net at once, N. */
  readonly batch: number;
  /** What the net is shown, `[N, C, H, W]`: a leaf to be written, unless a value was given. */
  readonly image: Value;
  /** The net's further inputs, by name. */
  readonly inputs: Readonly<Record<string, Value>>;
  /** Activations by layer or blob. */
  readonly at: Activations;
  /** Number of the step that runs, u32 `[1]` on the device: 0 at first. A leaf that nothing counts up unless a loop does. */
  readonly step: Value;
  /** Random numbers made on the device, from a seed for each image and the step. */
  readonly random: RandomSource;
  /** The same net, shown the pictures that were given by name, most often one. Its values are constants. @throws OptionError */
  reference(name: string): Scene;
  /** Another net that was given by name, shown the same images: `shown` says how, as `shownTo` does. @throws OptionError */
  net(name: string, shown: ShownTo): Scene;
}

/** What the second net takes of what the first one takes, `[N, C, H, W]` both. */
export type ShownTo = (tape: Tape, image: Value, from: Model, to: Model) => Value;

/** What putting a net on a tape may be told. */
export interface SceneOptions {
  /** Images at once; by default as many as `image` has, and 1 without one. */
  readonly batch?: number;
  /** What the net is shown, where another part of the tape makes it: mean-subtracted, in the net's order, and scaled. */
  readonly image?: Value;
  /** The net's further inputs, by name: each becomes a constant, repeated for each image of the batch. */
  readonly inputs?: Readonly<Record<string, HostTensor>>;
  /** Further inputs that another part of the tape makes. */
  readonly inputValues?: Readonly<Record<string, Value>>;
  /** Make a leaf of each further input that is not given, to be written later or for questions about shapes alone. */
  readonly open?: boolean;
  /** Values that take the place of weights, by their keys in `model.weights`: what training changes. */
  readonly weights?: TraceOptions['weights'];
  /** Asked before each layer is applied; see `trace`. */
  readonly replace?: TraceOptions['replace'];
  /** The step and the seeds of a loop that has them already. */
  readonly step?: Value;
  readonly seeds?: Value;
  /** Random numbers of a loop that draws some itself, so that none are drawn twice. */
  readonly random?: RandomSource;
  /** Pictures by name, one or several, as numbers in the net's input layout. */
  readonly references?: Readonly<Record<string, Float32Array>>;
  /** Other nets by name. */
  readonly nets?: Readonly<Record<string, Model>>;
}

/**
 * Puts `model` on `tape`, or on a new one. Of two nets on one tape the second takes the first one's output as its `image`, through
 * `renormalize` where they were trained on pictures in another range or order.
 *
 * @throws ShapeError, UnknownNameError, OptionError
 */
export function openNet(model: Model, options: SceneOptions & { readonly tape?: Tape } = {}): Scene {
  return put(model, options);
}

/** `referenceOf` is there for a net that is shown another one's images: its pictures are those of that one. */
function put(
  model: Model,
  options: SceneOptions & { readonly tape?: Tape },
  referenceOf?: (name: string) => Scene,
): Scene {
  const { tape = createTape(), weights, replace } = options;
  const batch = options.batch ?? options.image?.shape[0] ?? 1;
  const image = options.image ?? tape.leaf(model.input.name, f32(...withBatch(model.input.shape, batch)));
  const inputs = {
    ...(options.open && sideLeaves(tape, model, batch)),
    ...sideInputs(tape, model, batch, options.inputs),
    ...options.inputValues,
  };
  // A net that is only looked at has no steps: its tape gets the leaves of a loop when they are asked for.
  let { step, seeds } = options;
  const stepOf = (): Value => {
    step ??= tape.leaf('step', u32(1));
    return step;
  };
  const seedsOf = (): Value => {
    seeds ??= tape.leaf('seeds', u32(batch));
    return seeds;
  };
  const scenes = new Map<string, Scene>();
  const once = (key: string, make: () => Scene): Scene => {
    const scene = scenes.get(key) ?? make();
    scenes.set(key, scene);
    return scene;
  };
  const scene: Scene = {
    tape,
    model,
    batch,
    image,
    inputs,
    at: trace(tape, model, image, layers, { inputs, ...(weights && { weights }), ...(replace && { replace }) }),
    get step() {
      return stepOf();
    },
    random: options.random ?? createRandom(tape, seedsOf, stepOf),
    reference: (name) =>
      once(`reference ${name}`, () => {
        if (referenceOf) return referenceOf(name);
        const data = given('references', options.references, name);
        const pictures = batchOf(data, model.input.shape);
        const shape = withBatch(model.input.shape, pictures);
        if (!Number.isInteger(pictures) || pictures < 1) {
          const size = sizeOf(withBatch(model.input.shape, 1));
          const rule = `'${name}' needs a multiple of ${size} numbers, as '${model.name}' takes ${formatShape(model.input.shape)}`;
          throw new OptionError('references', `${rule}, got ${data.length}`);
        }
        const { inputValues: _, seeds: __, ...own } = options;
        return put(model, { ...own, tape, batch: pictures, image: tape.constant(name, shape, data) });
      }),
    net: (name, shownTo) =>
      once(`net ${name}`, () => {
        const other = given('nets', options.nets, name);
        const shown = {
          tape,
          image: shownTo(tape, image, model, other),
          ...(step && { step }),
          ...(seeds && { seeds }),
        };
        return put(other, shown, (picture) => scene.reference(picture).net(name, shownTo));
      }),
  };
  return scene;
}

/** What was given by name. @throws OptionError */
function given<T>(option: string, all: Readonly<Record<string, T>> = {}, name: string): T {
  if (Object.hasOwn(all, name)) return all[name];
  const known = Object.keys(all).join(', ') || 'none';
  throw new OptionError(
    option,
    `'${name}' is not given (given: ${known}). Pass it to the run: { ${option}: { ${name}: … } }`,
  );
}
