// Importers on real files: architectures, ONNX nets and their stored activations, layers as real Caffe ran them, and files
// that are broken on purpose.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConvscopeError } from '../../src/core/errors.js';
import { createRng } from '../../src/core/rng.js';
import { importCaffe, importModel, importOnnx, readBinaryproto, writeSafetensors } from '../../src/importers/index.js';
import { activations } from '../../src/scene/forward.js';
import { measured } from '../support/allocations.js';
import { maxRelative } from '../support/close.js';
import { testContext } from '../support/device.js';
import { npy, readJson } from '../support/golden.js';
import { describeWithData, sharedData } from '../support/shared.js';

const data = sharedData() ?? '';
const read = (...path: string[]) => readFileSync(join(data, ...path));
const list = (folder: string, ending: string) =>
  data ? readdirSync(join(data, folder)).filter((f) => f.endsWith(ending)) : [];

describeWithData('published prototxt files', () => {
  for (const file of list('prototxt', '.prototxt')) {
    test(file, () => {
      const source = read('prototxt', file).toString();
      try {
        const model = importCaffe(source, undefined, { seededWeights: 1 });
        expect(model.layers.length).toBeGreaterThan(5);
      } catch (error) {
        // Nets with layers of a later version are refused with the full list, and for nothing else.
        if (!(error instanceof ConvscopeError)) throw error;
        expect(String(error), file).toMatch(
          /unsupported layers?: (?:(?:Python|ROIPooling) \([^)]*\)(?:, )?)+\. Supported|does not tell the size|the net has no input|more than \d+ seeded/,
        );
      }
    });
  }

  test('the ImageNet mean has the published channel means', () => {
    const { shape, data: mean } = readBinaryproto(read('mean/imagenet_mean.binaryproto'));
    expect(shape).toEqual([3, 256, 256]);
    const means = [0, 1, 2].map((c) => mean.subarray(c * 65_536, (c + 1) * 65_536).reduce((a, b) => a + b, 0) / 65_536);
    for (const [c, want] of [104.007, 116.669, 122.679].entries()) expect(means[c]).toBeCloseTo(want, 2);
  });
});

describeWithData('layers as real Caffe ran them', () => {
  for (const name of [
    'convolution',
    'deconvolution',
    'inner_product',
    'mvn',
    'lrn_channels',
    'lrn_spatial',
    'pooling_ave',
    'pooling_max',
    'softmax',
  ]) {
    test(name, async () => {
      const folder = join(data, 'caffe_layers');
      const weights = join(folder, `layer_${name}.caffemodel`);
      const model = importCaffe(
        readFileSync(join(folder, `layer_${name}.prototxt`), 'utf8'),
        existsSync(weights) ? readFileSync(weights) : undefined,
      );
      const output = model.layers[model.layers.length - 1].name;
      const input = name === 'deconvolution' ? 'layer_deconvolution.input.npy' : 'blob.npy';
      const got = await activations(await testContext(), model, npy(join(folder, input)).data, [output]);
      const error = maxRelative(got.get(output)?.data ?? [], npy(join(folder, `layer_${name}.npy`)).data);
      expect(error).toBeLessThan(1e-5);
    });
  }
});

interface OnnxIndex {
  readonly inputs: Record<string, { feeds: Record<string, string>; outputs: Record<string, { file: string }> }>;
}

describeWithData('ONNX nets', () => {
  for (const name of ['squeezenet_v1.1_fp32', 'squeezenet_v1.1_fp16', 'tinyvgg', 'mnist_cntk', 'doodlenet']) {
    test(`${name}: outputs and stored blobs`, async () => {
      const folder = join(data, 'onnx', name);
      const index = readJson<OnnxIndex>(join(folder, 'ref/index.json'));
      const model = importOnnx(readFileSync(join(folder, `${name}.onnx`)));
      // Half-precision engines round every activation; ours keeps f32.
      const limit = name.endsWith('fp16') ? 2e-2 : 1e-4;
      const blobs = readdirSync(join(folder, 'ref')).filter((f) => f.startsWith('blob_'));
      let checked = 0;
      for (const [key, { feeds, outputs }] of Object.entries(index.inputs)) {
        const [feed] = Object.values(feeds);
        const known = new Set(model.layers.flatMap((l) => [l.name, l.output]));
        const mine = blobs
          .filter((f) => f.startsWith(`blob_${key}_`))
          .map((f) => [f.slice(`blob_${key}_`.length, -4), f]);
        const wanted = [...Object.entries(outputs).map(([n, { file }]) => [n, file]), ...mine].filter(([n]) =>
          known.has(n),
        );
        const got = await activations(
          await testContext(),
          model,
          npy(join(folder, 'ref', feed)).data,
          wanted.map(([n]) => n),
        );
        for (const [n, file] of wanted) {
          const error = maxRelative(got.get(n)?.data ?? [], npy(join(folder, 'ref', file)).data);
          expect([n, error < limit ? 'close' : error]).toEqual([n, 'close']);
          checked++;
        }
      }
      expect(checked).toBeGreaterThan(2);
    });
  }

  test('a generator with two inputs, one of them bound', async () => {
    const folder = join(data, 'onnx/cvae_quickdraw_decoder');
    const index = readJson<OnnxIndex>(join(folder, 'ref/index.json'));
    const bytes = readFileSync(join(folder, 'cvae_quickdraw_decoder.onnx'));
    for (const { feeds, outputs } of Object.values(index.inputs)) {
      const [latent, label] = ['latent', 'label'].map((n) => npy(join(folder, 'ref', feeds[n])));
      const { shape } = label;
      const values = Float32Array.from(label.data, Number);
      const known = { shape, tensor: { shape, dtype: 'f32', data: values } as const, values: () => [...values] };
      const model = importOnnx(bytes, { inputs: new Map([['label', known]]) });
      const got = await activations(await testContext(), model, Float32Array.from(latent.data, Number), ['image']);
      const want = npy(join(folder, 'ref', outputs.image.file)).data;
      expect(maxRelative(got.get('image')?.data ?? [], want)).toBeLessThan(1e-4);
    }
  });

  for (const file of list('onnx/light', '.onnx')) {
    test(`${file} imports whole`, () => {
      const model = importOnnx(read('onnx/light', file));
      expect(model.layers.length).toBeGreaterThan(15);
    });
  }
});

describeWithData('broken files', () => {
  const CASES: [name: string, prototxt: string | undefined, file: string | undefined][] = [
    ['lenet', 'lenet_mnist/lenet.prototxt', 'lenet_mnist/lenet_iter_10000.caffemodel'],
    ['det2', 'mtcnn_det2/det2.prototxt', 'mtcnn_det2/det2.caffemodel'],
    ['alexnet without weights', 'prototxt/bvlc_alexnet_deploy.prototxt', undefined],
    ['resnet without weights', 'prototxt/open_nsfw_resnet50_deploy.prototxt', undefined],
    ['mnist_cntk', undefined, 'onnx/mnist_cntk/mnist_cntk.onnx'],
    ['light_squeezenet', undefined, 'onnx/light/light_squeezenet.onnx'],
    ['light_vgg19', undefined, 'onnx/light/light_vgg19.onnx'],
    ['light_shufflenet', undefined, 'onnx/light/light_shufflenet.onnx'],
  ];
  /** More by command: `CONVSCOPE_FUZZ=25000 npx vitest run test/golden/importers -t mutations --testTimeout=1400000`. */
  const MUTATIONS = Number(process.env.CONVSCOPE_FUZZ ?? 300);
  /** Milliseconds; the rule is 2 s. Of processor time, since a busy machine says nothing about the importers. */
  const SLOWEST = 1000;

  /** Imports `MUTATIONS` broken copies and holds each to the rules; says how many were refused, and the worst of them. */
  function holds(original: Uint8Array, other: number, seed: number, load: (bytes: Uint8Array) => void) {
    const rng = createRng(seed);
    const worst = { refused: 0, ms: 0, buffers: 0, ratio: 0, heap: 0 };
    for (let i = 0; i < MUTATIONS; i++) {
      const bytes = mutate(original, i, rng.uniform);
      const size = bytes.length + other;
      const start = process.cpuUsage();
      const { error, buffers, heap } = measured(() => load(bytes));
      const { user, system } = process.cpuUsage(start);
      const took = (user + system) / 1000;
      if (error !== undefined && !(error instanceof ConvscopeError)) throw error;
      if (took > SLOWEST) throw new Error(`mutation ${i} took ${took} ms of processor time`);
      const found = `mutation ${i}, ${size} bytes`;
      if (buffers > 4 * size + SPARE.buffers) throw new Error(`${found}, made array buffers of ${buffers} bytes`);
      if (heap > 4 * size + SPARE.heap) throw new Error(`${found}, made objects of ${heap} bytes`);
      if (error !== undefined) worst.refused++;
      worst.ms = Math.max(worst.ms, Math.round(took));
      worst.buffers = Math.max(worst.buffers, buffers);
      worst.ratio = Math.max(worst.ratio, Math.round((100 * buffers) / Math.max(size, 1)) / 100);
      worst.heap = Math.max(worst.heap, heap);
    }
    return worst;
  }

  test(`layers that make much of little: ${MUTATIONS} mutations of their text`, () => {
    const worst = holds(new TextEncoder().encode(EXPANDING), 0, 29, (text) => {
      importModel([{ name: 'a.prototxt', bytes: text }]);
    });
    expect(worst.refused).toBeGreaterThan(MUTATIONS / 10);
    if (process.env.CONVSCOPE_FUZZ) console.log('expanding layers, text', JSON.stringify(worst));
  });

  test(`a converted file: ${MUTATIONS} mutations`, () => {
    const model = importCaffe(read('mtcnn_det2/det2.prototxt').toString(), read('mtcnn_det2/det2.caffemodel'));
    const worst = holds(writeSafetensors(model), 0, 31, (bytes) => {
      importModel([{ name: 'a.safetensors', bytes }]);
    });
    expect(worst.refused).toBeGreaterThan(MUTATIONS / 10);
    if (process.env.CONVSCOPE_FUZZ) console.log('converted', JSON.stringify(worst));
  });

  for (const [name, prototxt, file] of CASES) {
    const weights = file === undefined ? undefined : new Uint8Array(data ? read(file) : []);
    const source = prototxt === undefined ? undefined : new Uint8Array(data ? read(prototxt) : []);
    const load = (bytes: Uint8Array | undefined, text: Uint8Array | undefined) =>
      importModel([
        ...(text ? [{ name: 'a.prototxt', bytes: text }] : []),
        ...(bytes && file !== undefined ? [{ name: file, bytes }] : []),
      ]);

    if (weights) {
      test(`${name}: ${MUTATIONS} mutations give a model or a named error, quickly and in little memory`, () => {
        const worst = holds(weights, source?.length ?? 0, 17, (bytes) => load(bytes, source));
        expect(worst.refused).toBeGreaterThan(MUTATIONS / 10);
        if (process.env.CONVSCOPE_FUZZ) console.log(name, JSON.stringify(worst));
      });
    }
    if (source) {
      test(`${name}: ${MUTATIONS} mutations of its text`, () => {
        const worst = holds(source, weights?.length ?? 0, 23, (text) => load(weights, text));
        expect(worst.refused).toBeGreaterThan(MUTATIONS / 10);
        if (process.env.CONVSCOPE_FUZZ) console.log(`${name}, text`, JSON.stringify(worst));
      });
    }
  }

  test('a 2 GB length field in a 1 KB file', () => {
    const bytes = new Uint8Array(1024);
    // Field 100 (a layer), length 2³¹ as a varint.
    bytes.set([0xa2, 0x06, 0x80, 0x80, 0x80, 0x80, 0x08]);
    const net = 'name: "x" input: "d" input_dim: 1 input_dim: 1 input_dim: 4 input_dim: 4';
    expect(() => importCaffe(net, bytes)).toThrow(
      /caffemodel: a field at byte 7 claims 2147483648 bytes, 1017 are left/,
    );
  });

  test('a blob that nothing makes, shapes that do not fit, weights that are missing: each by name', () => {
    const net = (body: string) => `name: "x" input: "data" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8 ${body}`;
    const conv = (bottom: string, kernel: number) =>
      `layer { name: "c" type: "Convolution" bottom: "${bottom}" top: "c" convolution_param { num_output: 2 kernel_size: ${kernel} } }`;
    expect(() => importCaffe(net(conv('dat', 3)))).toThrow(
      "layer 'c' reads blob 'dat', which no layer before it makes",
    );
    expect(() => importCaffe(net(conv('data', 11)))).toThrow(
      "layer 'c': conv2d: the kernel 11x11 is larger than the padded image",
    );
    expect(() => importCaffe(net(conv('data', 3)), new Uint8Array(read('mtcnn_det2/det2.caffemodel')))).toThrow(
      /the weights file has no blobs for c\.w, c\.b\. Layers in it: .*conv1/,
    );
  });
});

/** Layers whose work at import grows with the numbers in the text: tables of an axis, steps over time, slices, weights. */
const EXPANDING = `
  input: "data" input_shape { dim: 2 dim: 3 dim: 8 dim: 9 } input: "words" input_shape { dim: 7 dim: 2 }
  input: "cont" input_shape { dim: 7 dim: 2 }
  layer { name: "tile" type: "Tile" bottom: "data" top: "tile" tile_param { axis: 3 tiles: 4 } }
  layer { name: "crop" type: "Crop" bottom: "tile" bottom: "data" top: "crop" crop_param { axis: 2 offset: 0 offset: 5 } }
  layer { name: "up" type: "Deconvolution" bottom: "crop" top: "up" convolution_param { num_output: 5 kernel_size: 4 stride: 2 pad: 1 } }
  layer { name: "norm" type: "BatchNorm" bottom: "up" top: "norm" }
  layer { name: "scale" type: "Scale" bottom: "norm" top: "scale" scale_param { bias_term: true } }
  layer { name: "slice" type: "Slice" bottom: "scale" top: "s0" top: "s1" slice_param { axis: 1 slice_point: 2 } }
  layer { name: "pool" type: "Pooling" bottom: "s1" top: "pool" pooling_param { pool: STOCHASTIC kernel_size: 3 stride: 2 } }
  layer { name: "embed" type: "Embed" bottom: "words" top: "embed" embed_param { input_dim: 90 num_output: 6 } }
  layer { name: "lstm" type: "LSTM" bottom: "embed" bottom: "cont" bottom: "pool" top: "lstm" recurrent_param { num_output: 4 } }
  layer { name: "rnn" type: "RNN" bottom: "lstm" bottom: "cont" top: "rnn" recurrent_param { num_output: 3 } }
  layer { name: "fc" type: "InnerProduct" bottom: "rnn" top: "fc" inner_product_param { num_output: 90 axis: 2 } }`;

/**
 * What an import may take beside four times its file. Buffers: numbers that a rule reads one by one. The heap: the objects of
 * layers and tokens, and tables of up to a million indices, 8 MiB each.
 */
const SPARE = { buffers: 2 ** 20, heap: 2 ** 25 };

/** Truncation, bit flips, a stretch of noise, a piece cut out, a piece twice, a huge number: by turns. */
function mutate(original: Uint8Array, i: number, uniform: () => number): Uint8Array {
  const at = () => Math.floor(uniform() * original.length);
  const kind = i % 6;
  if (kind === 0) return original.slice(0, at());
  const bytes = new Uint8Array(original);
  if (kind === 1)
    for (let k = Math.floor(8 * uniform()); k < 8; k++)
      bytes[Math.floor((at() / original.length) * Math.min(original.length, 4000))] ^= 1 << (k % 8);
  if (kind === 2) {
    const from = at() % 2000;
    for (let k = from; k < from + 6; k++) bytes[k] = Math.floor(uniform() * 256);
  }
  if (kind === 3) {
    const from = at() % 1000;
    return joined(bytes.subarray(0, from), bytes.subarray(from + 1 + Math.floor(uniform() * 40), 20_000));
  }
  if (kind === 4) {
    // Names and layers made twice.
    const from = at() % 4000;
    const part = bytes.subarray(from, from + Math.floor(uniform() * 400));
    return joined(bytes.subarray(0, from), part, bytes.subarray(from, 40_000));
  }
  if (kind === 5) {
    // In text the next digit becomes a number of up to ten digits; in a binary file a varint of 31 bits or more.
    const from = at() % 8000;
    const digit = bytes.findIndex((b, k) => k >= from && b >= 0x30 && b <= 0x39);
    const isText = original.subarray(0, 200).every((b) => b < 0x80);
    const bomb = isText
      ? new TextEncoder().encode(`${Math.floor(10 ** (1 + 9 * uniform()))}`)
      : Uint8Array.of(0xff, 0xff, 0xff, 0xff, Math.floor(uniform() * 128));
    const [start, end] = isText ? [Math.max(digit, 0), Math.max(digit, 0) + 1] : [from, from + bomb.length];
    return joined(bytes.subarray(0, start), bomb, bytes.subarray(end));
  }
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
