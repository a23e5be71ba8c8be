// The kinds of parts that a study is made of. Each is a plain value with one job; the loop puts them together.
import type { Shape, Spec } from '../core/shape.js';
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import type { Op, Scalar, Tape, Value, Vjp } from '../graph/tape.js';
import type { ForwardOptions } from '../scene/forward.js';
import type { HostTensor } from '../scene/input.js';
import type { Scene } from '../scene/openNet.js';
import type { RandomSource } from '../scene/random.js';
import type { ImageSpace } from '../scene/space.js';
import type { Unit } from '../scene/unit.js';
import type { Live } from './live.js';

/** What an update rule finds on the tape: of a loop over weights no more than this. */
export interface Ground {
  readonly tape: Tape;
  /** Images at once, N. */
  readonly batch: number;
  /** Number of the step, u32 `[1]` on the device. */
  readonly step: Value;
  /** Number of the last step, u32, which may change while a run goes on. Absent where a loop has no end. */
  readonly last?: Scalar;
  readonly random: RandomSource;
  /** The images, in a loop over images. */
  readonly space?: ImageSpace;
}

/** What a part finds on the tape before there is a net on it. */
export interface Stage extends Ground {
  readonly last: Scalar;
  readonly space: ImageSpace;
}

/** What is wanted. Always raised, never lowered: signs live in objectives alone (`scale(-1, …)`). */
export interface Objective {
  /** As people read it: `conv5:12:6,6`. */
  readonly label: string;
  /** The layers that it asks about. */
  readonly layers: readonly string[];
  /** `[N]`, one number for each image. */
  build(scene: Scene): Value;
  /**
   * The same as a weighed sum of entries of values that it shares with others of its kind: so the images of a batch may each want another
   * one at the price of one. Absent where it is no such sum.
   */
  chosen?(scene: Scene): readonly Chosen[];
  /** The same as a direction in maps that it shares with others of its kind, for the same reason. Absent where it is none. */
  aimed?(scene: Scene): Aimed;
  /** The one unit that it is about, if there is one: the recorder then says when that unit leads its layer. */
  watch?(scene: Scene): Watched | undefined;
}

/** One entry of each image's scores, times a factor. */
export interface Chosen {
  /** `[N, K]`, the same value whenever it is asked for on one tape. */
  readonly scores: Value;
  readonly index: number;
  readonly factor: number;
}

/** How far activations go in a direction: the mean over the places of `dot · max(0.1, cosine)^power`. */
export interface Aimed {
  /** `[N, C, …]`, the same value whenever it is asked for on one tape. */
  readonly maps: Value;
  /** `[C]` */
  readonly vector: readonly number[];
  readonly power: number;
}

/** A unit in its layer, `[N, C]`, `[N, C, L]` or `[N, C, H, W]`. */
export interface Watched {
  readonly layer: Value;
  readonly unit: Unit;
}

/** One of the variables that an image is made of: `[N, …]`, a row for each image. */
export interface VariableSpec {
  readonly label: string;
  readonly shape: Shape;
}

/** How an image is made of variables. */
export interface Parameterization {
  readonly label: string;
  /** The first variable is the image itself, so that projections may edit it. */
  readonly editable: boolean;
  /** The first variable is a code, and the only one, so that projections of codes may edit it. */
  readonly code?: boolean;
  /** The variables of `[N, C, H, W]` images. */
  variables(shape: Shape, space: ImageSpace): readonly VariableSpec[];
  /** Where one image's variables start, for each variable one image's numbers. */
  start(space: ImageSpace, seed: number): readonly Float32Array[];
  /**
   * The variables that make this image `[C, H, W]`, mean-subtracted, or come near it: what a picture needs to be a start. Absent where there
   * is no way.
   */
  startFrom?(space: ImageSpace, image: Float32Array): readonly Float32Array[];
  /**
   * One image's variables, for images of another size: what a phase with a larger canvas goes on from. Absent where there is no way.
   */
  resize?(variables: readonly Float32Array[], from: ImageSpace, to: ImageSpace): readonly Float32Array[];
  /** The images `[N, C, H, W]`: mean-subtracted pixels in the net's order of channels. */
  image(stage: Stage, variables: readonly Value[], mean: Value): Value;
}

/** What is beyond the border of an image: its mirror image, its outermost pixels, the mean colour, or the image again. */
export type Border = 'reflect' | 'border' | 'zero' | 'wrap';

/** Where the pixels of a moved image come from. */
export interface Motion {
  /** `[N, 6]`, as the op affineSample takes it. */
  readonly theta: Value;
  /** Rows and columns of the moved image. */
  readonly size: readonly [H: number, W: number];
}

/** A transform that moves pixels. Those that follow each other are one sampling of the image, which blurs it once. */
export interface Moving {
  readonly label: string;
  /** Absent where nothing from beyond the border is seen: any will do. */
  readonly border?: Border;
  /** The motion that follows the one `before`. */
  move(stage: Stage, before: Motion, live: Live): Motion;
  /** The moved image, of the motion's size. */
  sample(stage: Stage, image: Value, motion: Motion, border: Border): Value;
}

/** A transform that changes pixels where they are. */
export interface Changing {
  readonly label: string;
  /** `[N, C, H, W]` to the same shape. Differentiable. */
  apply(stage: Stage, image: Value, live: Live): Value;
}

/** A random or fixed change of the image before the net sees it, against features that hang on one place or size. */
export type Transform = Moving | Changing;

/** What a projection may look at. */
export interface ProjectionInputs {
  /** The image, mean-subtracted, `[N, C, H, W]`. */
  readonly image: Value;
  /** The mean image `[C, H, W]`. */
  readonly mean: Value;
  /** The image before the first step. */
  readonly start: Value;
  /** The gradient that the step was taken with: that of the image before it. Absent before the step. */
  readonly gradient?: Value;
}

/** A regularizer that edits the image outright, and is no gradient of anything. */
export interface Projection {
  readonly label: string;
  /** Before the net sees the image, or after the update, which is the rule. */
  readonly when?: 'before' | 'after';
  /** It edits numbers whatever they mean, so a code too, which then stands in place of the image. */
  readonly code?: boolean;
  /** Appends the edit to the tape and returns the edited image `[N, C, H, W]`. */
  project(stage: Stage, inputs: ProjectionInputs, live: Live): Value;
}

/** A regularizer that is a term: it is subtracted from the objective. */
export interface Penalty {
  readonly label: string;
  /** `[N]`, at least 0, of images `[N, C, H, W]` before transforms. */
  penalty(scene: Scene, image: Value, live: Live, space: ImageSpace): Value;
}

/** What keeps an image natural: an edit of the image, or a term of the objective. */
export type Regularizer = Projection | Penalty;

/** What a rate may depend on. */
export interface RateInputs {
  /** 1 for one rate for all, N for one rate for each image. */
  readonly rows: number;
  /** What is raised, `[rows]`. */
  readonly objective: Value;
  /** Σg² over the gradients of all variables, as the rule before left them, `[rows]`. */
  squaredNorm(): Value;
}

/** What an update rule may look at for one variable. */
export interface UpdateInputs extends RateInputs {
  /** The variable, `[rows, …]`, or of any shape where rows are 1. */
  readonly variable: Value;
  /** Its gradient, or what the rule before made of it. The variable goes up along it. */
  readonly gradient: Value;
  /** The rule's own memory of this variable, as the step before left it. */
  readonly slots: Readonly<Record<string, Value>>;
}

/** What an update rule makes of a variable's gradient. */
export interface Update {
  /** The direction, of the variable's shape, in place of the gradient. */
  readonly direction: Value;
  /** What the memory becomes. */
  readonly slots?: Readonly<Record<string, Value>>;
}

/** A link in the chain from a gradient to a step (optax's gradient transformations). The step itself is `x + rate·direction`. */
export interface UpdateRule {
  readonly label: string;
  /** It moves what it is given even where the gradient is exactly zero, as noise does: a run does not end there. */
  readonly restless?: true;
  /** Memory that it carries for each variable from step to step, zero at first. */
  slots?(variable: Spec): Readonly<Record<string, Spec>>;
  /** The direction; absent in a rule that leaves the gradient as it is. */
  update?(stage: Ground, inputs: UpdateInputs, live: Live): Update;
  /** How far to go along it, `[rows]`. The chain's last rule says it, and no other may. */
  rate?(stage: Ground, inputs: RateInputs, live: Live): Value;
}

/** What a rule of the way back may hang on. Outside a loop it is always the first step. */
export interface WayBack {
  readonly tape: Tape;
  /** Number of the step, u32 `[1]` on the device. */
  readonly step: Value;
  /** A number that is `first` in so many first steps, and `then` after them. It is a uniform: what reads it costs no launch more. */
  switched(label: string, steps: number, first: number, then: number): Scalar;
}

/** How cotangents pass some ops on the way back from a unit to the image, in place of their gradients. */
export interface AttributionRule {
  readonly label: string;
  /** From this step on the rule is the gradient's. Absent where it never is. */
  readonly steps?: number;
  /** By the op of the forward pass. A vjp that is written with `gate` costs no launch, as the gradient of a ReLU costs none. */
  readonly vjps: ReadonlyMap<Op, Vjp> | ((way: WayBack) => ReadonlyMap<Op, Vjp>);
}

/** A question to a method of attribution: what in these pictures makes the target what it is. */
export interface Question extends ForwardOptions {
  readonly ctx: Context;
  readonly model: Model;
  /** `[N, C, H, W]`, in the net's input layout. */
  readonly images: HostTensor;
  /** What is explained, `[N]`: a unit, a class, or any objective. */
  readonly target: Pick<Objective, 'build'>;
  /** Pictures that go through the net at once. */
  readonly atOnce: number;
  /** Pictures by name, each `[C, H, W]` in the net's input layout, such as a baseline. */
  readonly pictures?: Readonly<Record<string, Float32Array>>;
  /** Called after each run of the network, of methods that ask about many variants of a picture. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What a method of attribution says. Each picture has the numbers that it has alone. */
export interface Attribution {
  /**
   * One number for each place, `[N, H, W]`, or for each channel at each place, `[N, C, H, W]`: of the picture, or of a layer where the
   * method says so.
   */
  readonly map: HostTensor;
  /** What a number of the map says, in one sentence. */
  readonly meaning: string;
  /**
   * How people look at it. Of `signed` maps the sum over the channels speaks for or against the target; of `size` maps the greatest absolute
   * value over the channels.
   */
  readonly drawn: 'signed' | 'size';
  /** The target in each picture. */
  readonly values: Float32Array;
  /** The layer at which the method looked, where it looks at one. */
  readonly layer?: string;
  /** Where the map should add up to something: how much of it is missing in each picture, in units of the target. */
  readonly gap?: Float32Array;
}

/** The map of a method that goes back once, on a tape. */
export interface TapedAttribution extends Pick<Attribution, 'meaning' | 'drawn' | 'layer'> {
  /** In the shape of `Attribution.map`. */
  readonly map: Value;
}

/** A way to say what in a picture mattered to a target. */
export interface AttributionMethod {
  readonly label: string;
  /**
   * Of a method that goes back once: its map of a target `[N]` on the tape, so that a live view computes it with each picture. Absent where
   * many variants of a picture are asked about. @throws OptionError, UnsupportedLayersError where the net or the target does not suit it
   */
  map?(scene: Scene, target: Value): TapedAttribution;
  /** Its map has one place: numbers for channels, which are read and not drawn. */
  readonly ofChannels?: true;
  /** @throws OptionError before anything is computed, where the net or the target does not suit the method */
  run(asked: Question): Promise<Attribution>;
}

/** What parts of each kind make. */
export interface Kinds {
  readonly objective: Objective;
  readonly parameterization: Parameterization;
  readonly transform: Transform;
  readonly regularizer: Regularizer;
  readonly 'update rule': UpdateRule;
  readonly 'attribution rule': AttributionRule;
  readonly 'attribution method': AttributionMethod;
}
