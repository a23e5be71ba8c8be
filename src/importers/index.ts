// Importers: model, mean, label and tensor files as plain data. They never touch a device.
import { ModelFileError } from '../core/errors.js';
import type { Model } from '../graph/model.js';
import { type CaffeOptions, importCaffe } from './caffe.js';
import { adviceFor, expectContents, expectWhole, leftByDownload, strangerIn } from './notTheFile.js';
import { importOnnx, type OnnxOptions } from './onnx.js';
import { type Known, recogniseNet, withKnown } from './recognise.js';
import { readSafetensors } from './safetensors.js';

export { fitSpectrum, type SpectrumFit } from '../core/spectrumFit.js';
export {
  type CaffeLayer,
  type CaffeRule,
  type Draft,
  type LayerModule,
  type OnnxNode,
  type OnnxRule,
  type Params as CaffeParams,
  type Rules,
  refuse,
  type WeightSource,
} from '../graph/importing.js';
export { type CaffeOptions, type ImportOptions, importCaffe } from './caffe.js';
export { readBinaryproto } from './caffemodel.js';
export { readCodes, writeCodes } from './codes.js';
export { type DictionaryGiven, isDictionary, readDictionary, writeDictionary } from './dictionary.js';
export type { Evidence, KnownNet, LabelList, WeightPrint } from './knownNets.js';
export { LABEL_ENDINGS, readLabels } from './labels/index.js';
export { type NpyArray, readNpy, writeNpy } from './npy.js';
export { importOnnx, type OnnxOptions } from './onnx.js';
export { onnxSignature } from './onnxGraph.js';
export { type External, type OnnxTensor, readOnnxTensor } from './onnxTensor.js';
export { type Known, knownNets, type Recognised, recogniseNet, type Said, withKnown } from './recognise.js';
export {
  type LoadProgress,
  loadSafetensors,
  readSafetensors,
  readTensors,
  type TensorFile,
  writeSafetensors,
  writeTensors,
} from './safetensors.js';
export { loadStatistics, readStatistics, type WriteStatisticsOptions, writeStatistics } from './statistics.js';

/** A file in memory. */
export interface ModelFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What may be said of a model beyond its files. */
export type ImportModelOptions = CaffeOptions &
  OnnxOptions & {
    /**
     * Recognise these nets, of which `knownNets()` has those that this package knows: their preprocessing and class names are
     * taken where neither the file nor these options say them, and `Model.notes` says so.
     */
    readonly known?: Known;
    /** SHA-256 of the files, in hexadecimal, where the caller has them: one more way to recognise a net. */
    readonly sha256?: readonly string[];
  };

/**
 * A model from its file or files, by their extensions: .onnx, .safetensors, or .prototxt with .caffemodel.
 *
 * @throws ModelFileError, UnsupportedLayersError, ShapeError
 */
export function importModel(files: readonly ModelFile[], options: ImportModelOptions = {}): Model {
  const { known, sha256, preprocessing, ...rest } = options;
  const model = readModel(files, rest);
  const found = known && recogniseNet(model, known, sha256);
  const whole = found ? withKnown(model, found, options) : model;
  return { ...whole, preprocessing: { ...whole.preprocessing, ...preprocessing } };
}

function readModel(files: readonly ModelFile[], options: CaffeOptions & OnnxOptions): Model {
  const find = (...endings: string[]) => files.find((f) => endings.some((e) => f.name.toLowerCase().endsWith(e)));
  const named = (file: ModelFile) => ({ name: file.name.replace(/\.[^.]*$/, ''), ...options });
  const onnx = find('.onnx');
  // Weights that the model says to lie in a file beside it, where that file was given too.
  const given = (location: string) => files.find((f) => f.name === location.replace(/^.*[/\\]/, ''))?.bytes;
  if (onnx) {
    expectContents('onnx', onnx.bytes, onnx.name);
    expectWhole('onnx', onnx.bytes, onnx.name);
    const { externalData = given } = options;
    return importOnnx(onnx.bytes, { ...named(onnx), externalData: (location) => weightsIn(location, externalData) });
  }
  const safetensors = find('.safetensors');
  if (safetensors) {
    expectContents('safetensors', safetensors.bytes, safetensors.name);
    const model = readSafetensors(safetensors.bytes);
    const { labels, preprocessing } = options;
    return { ...model, ...(labels && { labels }), preprocessing: { ...model.preprocessing, ...preprocessing } };
  }
  const prototxt = find('.prototxt', '.pbtxt');
  const caffemodel = find('.caffemodel');
  if (prototxt) expectContents('prototxt', prototxt.bytes, prototxt.name);
  if (caffemodel) {
    expectContents('caffemodel', caffemodel.bytes, caffemodel.name);
    expectWhole('caffemodel', caffemodel.bytes, caffemodel.name);
  }
  if (prototxt) return importCaffe(new TextDecoder().decode(prototxt.bytes), caffemodel?.bytes, options);
  if (caffemodel) {
    throw new ModelFileError(
      'caffe',
      `${caffemodel.name} holds weights alone; give the net's text too: deploy.prototxt,${caffemodel.name}`,
    );
  }
  const [first] = files;
  const stranger = first && strangerIn(first.bytes);
  if (stranger !== undefined) throw new ModelFileError('model', `${first.name} is ${stranger}`);
  const seen = files.map((f) => f.name).join(', ') || 'nothing';
  const advice = first && adviceFor(first.name);
  throw new ModelFileError(
    'model',
    `${seen}: expected .onnx, .safetensors, or .prototxt with .caffemodel${advice ? `. ${advice}` : ''}`,
  );
}

/** Weights from a file beside an ONNX model. */
function weightsIn(location: string, read: NonNullable<OnnxOptions['externalData']>): Uint8Array | undefined {
  const bytes = read(location);
  const stranger = bytes && leftByDownload(bytes);
  if (stranger !== undefined) throw new ModelFileError('onnx', `the weights file '${location}' is ${stranger}`);
  return bytes;
}
