// convscope: see what a convolutional network has learned. The public names, and nothing else.

export { type AttributeOptions, attribute, attributeTo } from './attribute/attribute.js';
export type { LinearPooling } from './attribute/linear.js';
export * as attributionMethods from './attribute/methods/index.js';
export { attributionParts, type Method, type NameOrRule } from './attribute/parts.js';
export { type RelevanceBy, relevanceTo, relevanceToPrediction } from './attribute/relevance.js';
export * as attributionRules from './attribute/rules/index.js';
export { type Start as AttributionStart, startAtChannel, startAtPlaces, startAtUnit } from './attribute/start.js';
export { type GradOptions, grad } from './autodiff/grad.js';
export * from './core/errors.js';
export { recipeOf, withRecipe } from './core/pngRecipe.js';
export { createRng, type Rng } from './core/rng.js';
export { type DType, f32, type Named, type Shape, type Spec, u32 } from './core/shape.js';
export { VERSION } from './core/version.js';
export type { FeatureName, PictureSource } from './core/webTypes.js';
export type { Table } from './directions/linear.js';
export type { Sparsity } from './directions/sparse.js';
export type { WhitenBy } from './directions/whitening.js';
export type { ClusterOptions, Clusters, Scale } from './facets/clusters.js';
export type { LayoutOptions, MapPoint } from './facets/layout.js';
export {
  type Context,
  type ContextOptions,
  type DeviceTraits,
  type LimitName,
  openContext,
  type Wait,
} from './gpu/context.js';
export { type Kernel, kernel, type LongGrid, type UniformType, type VariantTime } from './gpu/kernel.js';
export type { WgslLibrary } from './gpu/wgsl.js';
export type { Choices } from './graph/choices.js';
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
export {
  type ChannelArgs,
  createTape,
  type Dispatch,
  defineOp,
  dispatch,
  type Epilogue,
  type Gate,
  type Leaf,
  type Lowering,
  type Node as TapeNode,
  type Op,
  type Param,
  type Place,
  type Producer,
  type Scalar,
  type SpecializeArgs,
  type Tape,
  type Value,
  type Vjp,
  type VjpArgs,
} from './graph/tape.js';
export type { Region, Windowed } from './graph/windows.js';
export type { SeedMode } from './kernels/channelSeed/index.js';
export * as layers from './kernels/index.js';
export { gate } from './kernels/relu/index.js';
export {
  type ActivationGrid,
  type ActivationGridOptions,
  activationGrid,
  type GridCell,
  gridDirections,
} from './methods/activationGrid.js';
export {
  type Atlas,
  type AtlasCell,
  type AtlasLevel,
  type AtlasOptions,
  type AtlasPoint,
  atlasCollectors,
  atlasOf,
  type ClassShare,
  findAtlas,
} from './methods/atlas.js';
export { attributionPicture, normalizedMap } from './methods/attributionPicture.js';
export { type BackProjection, type BackProjectionOptions, backProject } from './methods/backProjection.js';
export {
  type Circuit,
  type CircuitOptions,
  type Connection,
  type Connections,
  circuit,
  type ExpandedWeights,
  expandedWeights,
  type WeightsOptions,
} from './methods/circuit.js';
export { codeStatistics } from './methods/codes.js';
export {
  DIRECTION_METHODS,
  type DirectionMethod,
  type DirectionsOptions,
  type DirectionsProgress,
  directionValues,
  type FoundDirections,
  findDirections,
} from './methods/directions.js';
export {
  type DissectedLayer,
  type DissectedUnit,
  type Dissection,
  type DissectionPlan,
  type DissectOptions,
  type DissectRun,
  dissect,
  dissectionOf,
  labelledPictures,
  type Overlap,
  overlapCollectors,
  planDissection,
  type ThresholdBound,
  type ThresholdStates,
  thresholdCollectors,
  thresholdsOf,
} from './methods/dissect.js';
export { type ExplainOptions, explain } from './methods/explain.js';
export {
  type Choice,
  codeNames,
  type Facet,
  type FacetStudy,
  type Facets,
  type FacetsOptions,
  facetOf,
  facetStudy,
  findFacets,
  meanName,
} from './methods/facets.js';
export {
  atOnce,
  classLayer,
  type GalleryOptions,
  type GalleryProgress,
  galleryPieces,
  type MadeTile,
  makePieces,
  type Piece,
  type PiecesOptions,
  type Tile,
} from './methods/gallery.js';
export { type IconOf, type IconOptions, iconPieces, iconStudy } from './methods/icons.js';
export type { AskedInversion, InversionPreset } from './methods/inversions/inversion.js';
export {
  checkInversion,
  INVERSION,
  INVERSIONS,
  type InversionOptions,
  type Inverted,
  type InvertOptions,
  inversionNamed,
  inversionStudy,
  invert,
} from './methods/invert.js';
export { type Judgement, judge, sameClass } from './methods/judge.js';
export {
  createLive,
  HISTORY,
  type Live,
  type LiveBuffer,
  type LiveLayer,
  type LiveMapBuffer,
  type LiveOptions,
  type LiveTarget,
} from './methods/live.js';
export { greatestActivation, liveMap } from './methods/liveMap.js';
export { type SamplerOptions, samplerStudy, VARIANTS, type Variant } from './methods/ppgn.js';
export { PRESETS, type PreferredOptions, preferredStudy, presetFor } from './methods/preferred.js';
export type { Asked, Preset } from './methods/presets/preset.js';
export { type Target, targetOf } from './methods/presets/target.js';
export { type QuietUnits, quietUnits } from './methods/quietUnits.js';
export { parseRecipe } from './methods/readRecipe.js';
export {
  createRecipe,
  type LearningRate,
  preset,
  RATE_FIELDS,
  RECIPE_FIELDS,
  type Recipe,
  type RecipeOptions,
  type Regularization,
  ROW_NAMES,
  ROWS,
  type Row,
  type RowName,
  rowFor,
} from './methods/recipe.js';
export { frames, type RenderOptions, render } from './methods/render.js';
export { type AgainOptions, type Sample, type SampleOptions, sampleAgain, sampleChains } from './methods/samples.js';
export {
  complementary,
  type DrawnKind,
  drawNumbers,
  type ImageScore,
  type Range,
  SEARCH_RANGES,
  type SearchOptions,
  scoreTrials,
  searchTrials,
  type Trial,
  type TrialKind,
  type TrialScore,
  trialStudy,
} from './methods/search.js';
export {
  type SparseDictionary,
  type SparseOptions,
  sparseDictionary,
} from './methods/sparseDictionary.js';
export {
  findTopImages,
  parseTopImages,
  type TopImage,
  type TopImages,
  type TopImagesOptions,
  type TopLayer,
  type TopProgress,
  topImagesOf,
  topOf,
} from './methods/topImages.js';
export { createProjector, type Projector, type ProjectorOptions, type TopProjection } from './methods/topProjection.js';
export { type Ascent, type AscentOptions, createAscent, yosinski2015 } from './methods/yosinski2015.js';
export * as objectives from './objectives/index.js';
export { type VitalOptions, vital } from './objectives/vital.js';
export { type Descent, descend, type WeightGroup } from './optim/descend.js';
export * as updateRules from './optim/index.js';
export {
  type CosineOptions,
  cosine,
  type OneCycleOptions,
  oneCycle,
  type RateSchedule,
} from './optim/schedule.js';
export * as parameterizations from './params/index.js';
export { type Start, startImage } from './params/pixels.js';
export { purposeOf, valuesOf } from './parts/describe.js';
export type {
  ChoiceField,
  Field,
  Fields,
  GivenOf,
  NumberField,
  NumbersField,
  OptionsOf,
  PartsField,
  TextField,
  ValueOf,
} from './parts/fields.js';
export type {
  Aimed,
  Attribution,
  AttributionMethod,
  AttributionRule,
  Border,
  Changing,
  Chosen,
  Ground,
  Kinds,
  Motion,
  Moving,
  Objective,
  Parameterization,
  Penalty,
  Projection,
  ProjectionInputs,
  Question,
  RateInputs,
  Regularizer,
  Stage,
  TapedAttribution,
  Transform,
  Update,
  UpdateInputs,
  UpdateRule,
  VariableSpec,
  Watched,
  WayBack,
} from './parts/kinds.js';
export { fixed, type Live as LiveNumbers } from './parts/live.js';
export { type AnyPart, definePart, type Kind, type Made, type Part, type PartSpec, type Parts } from './parts/part.js';
export * as regularizers from './regularize/index.js';
export { type Code, type Codes, type CodesOptions, codes, type Reading } from './scan/codes.js';
export type { Codec, Collector, ScannedImage, StatesOf } from './scan/collector.js';
export type { ExactSums } from './scan/exactSums.js';
export { type Greatest, type GreatestLayer, type GreatestOptions, greatest, rankedOf } from './scan/greatest.js';
export { type Histogram, type HistogramOptions, histogram } from './scan/histogram.js';
export { type ImageStatisticsOptions, imageStatistics } from './scan/imageStatistics.js';
export { type ChannelMoments, type Moments, moments, momentsOf } from './scan/moments.js';
export { type Overlaps, type OverlapsOptions, overlaps } from './scan/overlaps.js';
export { type Quantiles, type QuantilesOptions, quantileOf, quantiles } from './scan/quantiles.js';
export { missingFrom, type ScannedRange, shardRange } from './scan/ranges.js';
export { type ReadingOf, type SamplesOptions, samples } from './scan/samples.js';
export { type ScanOptions, type ScanProgress, scan } from './scan/scan.js';
export type { OnUnreadable } from './scan/source.js';
export { isWhole, mergeScans, readScan, type Scan, type ScannedModel, scannedOf, writeScan } from './scan/state.js';
export { type MapReading, type TopK, type TopKLayer, type TopKOptions, topK } from './scan/topK.js';
export { arrangeInput } from './scene/arrange.js';
export type { CodeNumbers, CodeStatistics } from './scene/codeNumbers.js';
export {
  cropMaps,
  cropOf,
  cropRegion,
  type OwnPicture,
  type ProjectionDisplay,
  projectionPicture,
} from './scene/crop.js';
export {
  type Dictionary,
  type DirectionActivation,
  directionLayer,
  withDirections,
} from './scene/directions.js';
export { activations, classify, type ForwardOptions, type Guess } from './scene/forward.js';
export { createFrameReader, type FrameReader, type FrameReaderOptions } from './scene/frameReader.js';
export type { ImageId, SetImage } from './scene/images.js';
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
export { inspectModel, type LayerReport, type ModelReport } from './scene/inspect.js';
export {
  type Concept,
  categoriesOf,
  type LabelledPicture,
  type LabelledSet,
  type LabelMap,
  type LabelSize,
  labelSize,
  type PlacedLabel,
  type PlacedLabels,
  placedLabels,
} from './scene/labels.js';
export { roughness, spectrumSlope } from './scene/measures.js';
export { modelHash } from './scene/modelHash.js';
export { openNet, type Scene, type SceneOptions, type ShownTo } from './scene/openNet.js';
export { classesOf, outputLayer } from './scene/outputs.js';
export type { RandomSource } from './scene/random.js';
export { type FieldOf, type ReceptiveField, receptiveField, receptiveFields } from './scene/receptiveField.js';
export { renormalize } from './scene/renormalize.js';
export { shownTo } from './scene/shownTo.js';
export type { ImageSpace, StatisticsByName } from './scene/space.js';
export type { ImageStatistics } from './scene/statistics.js';
export { formatUnit, locateUnit, parseUnit, type Unit, type UnitAddress } from './scene/unit.js';
export {
  type LayerWithoutUnits,
  type UnitLayer,
  type UnitLayers,
  type UnitLayersOptions,
  unitLayers,
} from './scene/unitLayers.js';
export { type Axis, fieldCentres, type Grid, gridOf, placesAbove } from './scene/upsampling.js';
export { SEEDED, watermarked } from './scene/watermark.js';
export {
  type About,
  aboutRun,
  type GivenToRun,
  otherModel,
  otherStatistics,
  statisticsIn,
  statisticsOf,
} from './synthesize/about.js';
export { parts } from './synthesize/parts.js';
export { readStudy } from './synthesize/readStudy.js';
export type { StepRecord } from './synthesize/recorder.js';
export {
  type Composed,
  createRun,
  type Outcome,
  Run,
  type RunOptions,
  type Snapshot,
} from './synthesize/run.js';
export type { RecipeStart, StartReport } from './synthesize/starts.js';
export {
  createStudy,
  type PartOf,
  type Phase,
  type Runnable,
  type Study,
  type StudyOptions,
  toSpecs,
  type Varied,
} from './synthesize/study.js';
export {
  type Frame,
  type Rendered,
  runPhases,
  type SynthesizeOptions,
  synthesize,
} from './synthesize/synthesize.js';
export { type WakeOptions, wake } from './synthesize/wake.js';
export * as transforms from './transforms/index.js';
export { indexedDbStore, loadChoices, saveChoices, type TextStore } from './tuning/keptChoices.js';
export { type Tuned, type TuneOptions, tune } from './tuning/tune.js';
