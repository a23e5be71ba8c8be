// Statistics of codes as a safetensors file.
import { ModelFileError } from '../core/errors.js';
import { type WeightData, weightsAsF32 } from '../graph/model.js';
import type { CodeStatistics } from '../scene/codeNumbers.js';
import { readTensors, writeTensors } from './safetensors.js';

const FORMAT = 'convscope-codes';
const WHAT = 'codes';

/** Writes statistics of codes as one file, which `readCodes` reads. */
export function writeCodes({ net, layer, pictures, mean, deviation }: CodeStatistics): Uint8Array {
  const tensor = (data: Float32Array): WeightData => ({ shape: [data.length], dtype: 'f32', data });
  return writeTensors(
    new Map([
      ['mean', tensor(mean)],
      ['deviation', tensor(deviation)],
    ]),
    { format: FORMAT, version: '1', net, layer, pictures: String(pictures) },
  );
}

/** Reads what `writeCodes` wrote. @throws ModelFileError naming what does not fit, and how */
export function readCodes(bytes: Uint8Array): CodeStatistics {
  const { tensors, metadata } = readTensors(bytes);
  if (metadata.get('format') !== FORMAT) {
    throw new ModelFileError(WHAT, 'it holds no statistics of codes; `convscope codes` writes them');
  }
  const [mean, deviation] = ['mean', 'deviation'].map((name) => {
    const tensor = tensors.get(name);
    if (!tensor) throw new ModelFileError(WHAT, `it has no '${name}'; write it again with \`convscope codes\``);
    return weightsAsF32(tensor);
  });
  if (mean.length !== deviation.length || mean.length === 0) {
    throw new ModelFileError(
      WHAT,
      `'mean' has ${mean.length} numbers and 'deviation' ${deviation.length}; they must be as many, and some`,
    );
  }
  return {
    net: metadata.get('net') ?? '',
    layer: metadata.get('layer') ?? '',
    pictures: Number(metadata.get('pictures')),
    mean,
    deviation,
  };
}
