// convscope: see what a convolutional network has learned. The public names, and nothing else.

export { type GradOptions, grad } from './autodiff/grad.js';
export { backwardRules, type RuleOptions } from './autodiff/rules.js';
export * from './core/errors.js';
export { createRng, type Rng } from './core/rng.js';
export { type DType, f32, type Shape, type Spec, u32 } from './core/shape.js';
export { type Context, type ContextOptions, type DeviceTraits, openContext } from './gpu/context.js';
export { type Kernel, kernel, type VariantTime } from './gpu/kernel.js';
export {
  type Activations,
  type Layer,
  type LayerTable,
  layerNames,
  type Model,
  type ModelInput,
  type Preprocessing,
  type TraceOptions,
  trace,
  type WeightData,
} from './graph/model.js';
export { type CompileOptions, compile, type Plan, type PlanLaunch, type PlanMemory } from './graph/plan.js';
export { type DispatchTime, profile } from './graph/profile.js';
export { createTape, defineOp, dispatch, type Op, type Param, type Tape, type Value, type Vjp } from './graph/tape.js';
export type { Region } from './graph/windows.js';
export type { SeedMode } from './kernels/channelSeed/index.js';
export * as layers from './kernels/index.js';
export {
  type Ascent,
  createAscent,
  type Outcome,
  type Snapshot,
  startImage,
  type TraceRow,
} from './methods/activationMaximization.js';
export { type BackProjection, type BackProjectionOptions, backProject } from './methods/backProjection.js';
export { cropMaps, cropOf, cropRegion, type ProjectionDisplay, projectionPicture } from './methods/crop.js';
export { type WakeOptions, wake } from './methods/deadStarts.js';
export { activations, classesOf, classify, type Guess, outputLayer } from './methods/forward.js';
export { createFrameReader, type FrameReader, type FrameReaderOptions } from './methods/frameReader.js';
export { inspectModel, type LayerReport, type ModelReport } from './methods/inspect.js';
export { indexedDbStore, loadChoices, saveChoices, type TextStore } from './methods/keptChoices.js';
export {
  createLive,
  HISTORY,
  type Live,
  type LiveBuffer,
  type LiveFocus,
  type LiveLayer,
  type LiveOptions,
} from './methods/live.js';
export { type FieldOf, type ReceptiveField, receptiveField, receptiveFields } from './methods/receptiveField.js';
export {
  createRecipe,
  type LearningRate,
  PRESET_NAMES,
  PRESETS,
  type PresetName,
  parseRecipe,
  preset,
  presetFor,
  type Recipe,
  type RecipeOptions,
  type Regularization,
  type Start,
} from './methods/recipe.js';
export { type Frame, frames, type Rendered, type RenderOptions, render } from './methods/render.js';
export type { RecipeStart, StartReport } from './methods/starts.js';
export {
  findTopImages,
  type ImageId,
  parseTopImages,
  type SetImage,
  type TopImage,
  type TopImages,
  type TopImagesOptions,
  type TopLayer,
  type TopProgress,
  topOf,
} from './methods/topImages.js';
export { createProjector, type Projector, type ProjectorOptions, type TopProjection } from './methods/topProjection.js';
export { type Tuned, type TuneOptions, tune } from './methods/tune.js';
export {
  type LayerWithoutUnits,
  type UnitLayer,
  type UnitLayers,
  type UnitLayersOptions,
  unitLayers,
} from './methods/unitLayers.js';
export { SEEDED, watermarked } from './methods/watermark.js';
export {
  type AdamOptions,
  adam,
  type CosineOptions,
  cosine,
  type Descent,
  type Optimizer,
  type RateSchedule,
  type SgdOptions,
  sgd,
  type Trained,
} from './optim/index.js';
export { clipBelowPercentile, gaussianBlur, type Regularizer } from './regularize/index.js';
export { arrangeInput } from './scene/arrange.js';
export {
  type Contrast,
  createPreprocessor,
  type HostTensor,
  imageShape,
  meanImage,
  type Picture,
  type Preprocessor,
  preprocessPicture,
  toPicture,
} from './scene/input.js';
export { formatUnit, locateUnit, parseUnit, type Unit, type UnitAddress } from './scene/unit.js';
