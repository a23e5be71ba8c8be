// Small files of the kinds that users of the field's tools bring (../shared/data/reports): each opens with the values that
// onnxruntime has, or is refused for the reason that its README gives. What concerns command and page alone is tested there.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConvscopeError } from '../../src/core/errors.js';
import type { Model } from '../../src/graph/model.js';
import { type ImportModelOptions, importCaffe, importModel, importOnnx } from '../../src/importers/index.js';
import { loadModel } from '../../src/node/models.js';
import { activations } from '../../src/scene/forward.js';
import type { HostTensor } from '../../src/scene/input.js';
import { expectClose } from '../support/close.js';
import { testContext } from '../support/device.js';
import { npy, readJson } from '../support/golden.js';
import { channelsFirst } from '../support/layout.js';
import { describeWithData, sharedData } from '../support/shared.js';

const folder = join(sharedData() ?? '', 'reports');
const bytes = (...path: string[]) => readFileSync(join(folder, ...path));

/**
 * max |Δ| ≤ this × max |reference|: engines differ by a few roundings. And one rounding of a number near 1 beside it, since
 * onnxruntime's sigmoid is 0.5 plus an approximation.
 */
const TOLERANCE = 1e-5;
const ROUNDING = 2 ** -23;

interface Run {
  readonly batch: number;
  readonly inputs: Readonly<Record<string, string>>;
  /** A file, or, where the output is not of float32, its shape. */
  readonly outputs: Readonly<Record<string, string | { readonly dims: readonly number[] }>>;
}

const index = sharedData() ? readJson<Record<string, { runs?: Run[] }>>(join(folder, 'index.json')) : {};
const runsOf = (file: string): readonly Run[] => index[file]?.runs ?? [];

const open = (file: string, options: ImportModelOptions = {}): Model => importOnnx(bytes(file), options);

/** Blobs by name for arrays of the file's inputs, the image among them. */
async function blobs(model: Model, inputs: Readonly<Record<string, HostTensor>>, names: readonly string[]) {
  const { [model.input.name]: image, ...sides } = inputs;
  return activations(await testContext(), model, channelsFirst(model, image).data, names, { inputs: sides });
}

function expectBlob(name: string, got: HostTensor | undefined, want: HostTensor) {
  // A batch of 1 may be left out of a file's shapes.
  const squeezed = ({ shape }: HostTensor) => shape.filter((d) => d !== 1);
  expect([name, got && squeezed(got)]).toEqual([name, squeezed(want)]);
  const scale = want.data.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  expectClose(name, got?.data ?? [], want.data, want.shape, { atol: TOLERANCE * scale + ROUNDING, rtol: 0 });
}

/** The file opens, and every stored run of it has onnxruntime's values. */
function agrees(file: string, options: ImportModelOptions = {}) {
  test(`${file} has onnxruntime's values, batch ${runsOf(file).map((r) => r.batch)}`, async () => {
    const model = open(file, options);
    const place = file.slice(0, file.indexOf('/'));
    expect(runsOf(file).length).toBeGreaterThan(0);
    for (const { inputs, outputs } of runsOf(file)) {
      const arrays = Object.fromEntries(Object.entries(inputs).map(([n, f]) => [n, npy(join(folder, place, f))]));
      const got = await blobs(model, arrays, Object.keys(outputs));
      for (const [name, stored] of Object.entries(outputs)) {
        if (typeof stored === 'string') expectBlob(name, got.get(name), npy(join(folder, place, stored)));
        else expect(got.get(name)?.shape).toEqual(stored.dims);
      }
    }
  });
}

/** Each of two different pictures has the same values in a batch as alone. */
function rowsAgree(file: string, output: string, options: ImportModelOptions = {}) {
  test(`${file}: each row of a batch equals that picture alone`, async () => {
    const model = open(file, options);
    const [first] = Object.values(runsOf(file)[0].inputs);
    const { shape, data } = npy(join(folder, file.slice(0, file.indexOf('/')), first));
    const pictures = [data, Float32Array.from(data, (v, i) => 0.5 * v + Math.sin(i))];
    const run = async (parts: Float32Array[]) => {
      const flat = Float32Array.from(parts.flatMap((p) => [...p]));
      const of = { shape: [parts.length * shape[0], ...shape.slice(1)], data: flat };
      return (await blobs(model, { [model.input.name]: of }, [output])).get(output)?.data ?? new Float32Array();
    };
    const together = await run(pictures);
    const alone = [...(await run([pictures[0]])), ...(await run([pictures[1]]))];
    const scale = alone.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
    expectClose(output, together, alone, [alone.length], { atol: 1e-6 * scale, rtol: 0 });
  });
}

/** The file is refused by a typed error whose message says all of this. */
function refused(title: string, load: () => unknown, ...says: readonly RegExp[]) {
  test(`${title} is refused by name`, async () => {
    const error = await Promise.resolve()
      .then(load)
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ConvscopeError);
    for (const pattern of says) expect(String(error)).toMatch(pattern);
  });
}

describeWithData('reports 01: channels last', () => {
  agrees('01-nhwc-input/pair_nchw.onnx');
  agrees('01-nhwc-input/pair_nhwc.onnx');

  test('pair_nhwc.onnx takes pictures of 32x32 in three channels', () => {
    const model = open('01-nhwc-input/pair_nhwc.onnx');
    expect(model.input).toMatchObject({ shape: [1, 3, 32, 32], layout: 'nhwc' });
  });
});

describeWithData('reports 02: a batch in the constants', () => {
  for (const net of ['bt_d2s', 'bt_normalize', 'bt_pad', 'bt_padreflect', 'bt_resize', 'bt_slice', 'bt_tile']) {
    agrees(`02-batch-baked/${net}.onnx`);
    rowsAgree(`02-batch-baked/${net}.onnx`, 'y');
  }
  agrees('02-batch-baked/facenet_l2norm.onnx');
  rowsAgree('02-batch-baked/facenet_l2norm.onnx', '30');
});

describeWithData('reports 03: open height and width', () => {
  for (const net of ['focus_dyn', 'yunet_n_dynamic']) {
    const file = `03-dynamic-height-width/${net}.onnx`;
    const [, , H, W] = sharedData()
      ? npy(join(folder, '03-dynamic-height-width', runsOf(file)[0].inputs.input)).shape
      : [];
    agrees(file, { size: [H, W] });

    test(`${file} opens without a size, and says which it took`, () => {
      const model = open(file);
      const [, , height, width] = model.input.shape;
      expect(model.notes?.join('\n')).toMatch(new RegExp(`${height}.*${width}`));
    });
  }
});

describeWithData('reports 04: constant subgraphs', () => {
  for (const net of [
    'const_subgraph_float',
    'constant_forms',
    'if_const',
    'qdq_weightonly',
    'range_pos',
    'resize_floor_sizes',
    'style',
    'timm_vit_like',
    'unet_gray',
    'vit_mini',
    'yolov5',
  ])
    agrees(`04-constant-subgraphs/${net}.onnx`);
});

describeWithData('reports 05: domains of operators', () => {
  agrees('05-operator-domain/function_named_relu.onnx');
  agrees('05-operator-domain/modfun_softmax.onnx');
  agrees('05-operator-domain/ms_fusedconv.onnx');
});

describeWithData('reports 06: channels other than 1 and 3', () => {
  agrees('06-channels-other-than-1-3/id4_64x96.onnx');
});

describeWithData('reports 07: a fixed batch, or none', () => {
  agrees('07-fixed-batch/fixed_batch4_reshape.onnx');
  agrees('07-fixed-batch/gray_hw_only.onnx');
  agrees('07-fixed-batch/no_batch_dim.onnx');

  test('no_batch_dim.onnx and gray_hw_only.onnx take one picture', () => {
    expect(open('07-fixed-batch/no_batch_dim.onnx').input.shape).toEqual([1, 3, 8, 8]);
    expect(open('07-fixed-batch/gray_hw_only.onnx').input.shape).toEqual([1, 1, 8, 8]);
  });
});

describeWithData('reports 09: several inputs', () => {
  agrees('09-several-inputs/siamese.onnx');
});

describeWithData('reports 10: a tail that is not supported', () => {
  agrees('10-unsupported-tail/topk_head.onnx');

  test('nms_head.onnx opens up to its tail and says so', () => {
    const model = open('10-unsupported-tail/nms_head.onnx');
    expect(model.layers.length).toBeGreaterThan(5);
    expect(model.notes?.join('\n')).toMatch(/NonMaxSuppression/);
  });

  test('nms_head.onnx opens up to a layer that is asked for, without a word of the tail', () => {
    const [first] = open('10-unsupported-tail/nms_head.onnx').layers.filter((l) => l.type === 'conv2d');
    const model = open('10-unsupported-tail/nms_head.onnx', { until: first.name });
    expect(model.layers[model.layers.length - 1].name).toBe(first.name);
    expect(model.notes ?? []).toEqual([]);
  });

  test('captioner.onnx opens with its picture as the input and its words beside it', async () => {
    const model = open('10-unsupported-tail/captioner.onnx');
    expect([model.input.name, model.input.shape]).toEqual(['image', [1, 3, 32, 32]]);
    const conv = model.layers.find((l) => l.type === 'conv2d')?.output ?? '';
    const image = npy(join(folder, '10-unsupported-tail/captioner.b1.in.image.npy'));
    const got = await blobs(model, { image }, [conv]);
    expect(got.get(conv)?.data.every(Number.isFinite)).toBe(true);
  });

  test('ssdish.prototxt opens up to the first layer that is not supported and names it', () => {
    const model = importCaffe(bytes('10-unsupported-tail/ssdish.prototxt').toString(), undefined, { seededWeights: 1 });
    expect(model.layers.length).toBeGreaterThan(1);
    expect(model.notes?.join('\n')).toMatch(/DetectionOutput/);
  });
});

describeWithData('reports 11: global pooling of any rank', () => {
  agrees('11-global-pool-rank/gap_with_3d_conv1d.onnx');
  agrees('11-global-pool-rank/gmp_5d.onnx');
});

describeWithData('reports 13: not the file', () => {
  const load = (name: string) => importModel([{ name, bytes: bytes('13-not-the-file', name) }]);
  refused('13-not-the-file/lfs.onnx', () => load('lfs.onnx'), /Git LFS pointer/);
  refused(
    '13-not-the-file/lfs.caffemodel',
    () =>
      importModel([
        { name: 'ssdish.prototxt', bytes: bytes('10-unsupported-tail/ssdish.prototxt') },
        { name: 'lfs.caffemodel', bytes: bytes('13-not-the-file/lfs.caffemodel') },
      ]),
    /Git LFS pointer/,
  );
  refused('13-not-the-file/html.onnx', () => load('html.onnx'), /web page|HTML/);
});

describeWithData('reports 14: layers of several kinds', () => {
  agrees('14-top-mixed-layers/yolov8.onnx');
});

describeWithData('reports 15: batch normalization in training mode', () => {
  for (const net of ['bn_5out_op7', 'bn_train14']) {
    const file = `15-training-batchnorm/${net}.onnx`;
    test(`${file} opens up to it, names it and offers the stored statistics`, () => {
      const model = open(file);
      expect(model.layers.map((l) => l.type)).toEqual(['conv2d']);
      expect(model.notes?.join('\n')).toMatch(/BatchNormalization.*training_mode.*storedStatistics/s);
    });

    test(`${file} opens with its stored statistics where they are asked for`, async () => {
      const model = open(file, { storedStatistics: true });
      const x = npy(join(folder, '15-training-batchnorm', runsOf(file)[0].inputs.x));
      expect((await blobs(model, { x }, ['y'])).get('y')?.data.every(Number.isFinite)).toBe(true);
    });
  }
});

describeWithData('reports 16: nodes out of order', () => {
  agrees('16-order-of-nodes/unsorted_nodes.onnx');
});

describeWithData('reports 17: validation', () => {
  const net = (name: string) => `17-importer-validation/${name}/net.onnx`;
  const said: readonly (readonly [name: string, ...says: RegExp[]])[] = [
    ['01-foreign-domain', /my\.ops/, /Relu/],
    ['04a-flatten-axis7', /Flatten/, /axis/, /7/],
    ['04g-gather-fold-axis9', /Gather/, /axis/, /9/],
    ['05a-conv-pads10', /Conv/, /pads/, /4 entries/],
    ['05c-conv-kernelshape', /Conv/, /kernel_shape/, /1,\s*1/],
    ['05f-conv-dil1', /Conv/, /dilations/],
    ['06a-autopad-xyz', /MaxPool/, /auto_pad/, /xyz/],
    ['06b-resize-ctm-xyz', /Resize/, /coordinate_transformation_mode/, /xyz/],
    ['08-missing-output', /nope/],
    ['09b-raw-one-long', /'k'/, /16/, /17/],
    ['11-lrn-no-size', /LRN/, /size/],
  ];
  for (const [name, ...says] of said) refused(net(name), () => open(net(name)), ...says);

  const input = (name: string) => npy(join(folder, '17-importer-validation', name, 'x.npy'));

  // A value, then the sum of it and a constant: what is added varies along one axis of the sum.
  for (const [name, shape, axis] of [
    ['12a-bias-column', [6, 6], 0],
    ['12b-conv-bias-4d', [8, 8, 4, 4], 0],
    ['12c-merged-blob-value', [1, 6], 1],
    ['50-fc3d-bias-col', [1, 6, 6], 1],
    ['51c-add-axis-opset6-relu', [1, 4, 6, 4], 1],
  ] as const) {
    test(`${net(name)}: y is m and a constant along axis ${axis} of [${shape}]`, async () => {
      const got = await blobs(open(net(name)), { x: input(name) }, ['m', 'y']);
      const [m, y] = ['m', 'y'].map((n) => got.get(n));
      expect(y?.shape).toEqual(shape);
      const sum = Array.from(y?.data ?? []);
      const before = m?.data ?? new Float32Array();
      const added = sum.map((v, i) => v - before[i % before.length]);
      const length = shape.slice(axis + 1).reduce((a: number, d) => a * d, 1);
      const constant = Array.from({ length: shape[axis] }, (_, c) => added[c * length]);
      // All differ, and none is nothing: the constant is not in m already.
      expect(new Set([0, ...constant.map((v) => Math.round(1e4 * v))]).size).toBe(constant.length + 1);
      const scale = sum.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
      const wanted = added.map((_, i) => constant[Math.floor(i / length) % shape[axis]]);
      expectClose('what is added', added, wanted, shape, { atol: 1e-6 * scale, rtol: 0 });
    });
  }

  test(`${net('07a-count-include-pad-2')}: any number but 0 is true`, async () => {
    const x = input('07a-count-include-pad-2');
    const got = await blobs(open(net('07a-count-include-pad-2')), { x }, ['y']);
    const [N, C, H, W] = x.shape;
    const at = (p: number, h: number, w: number) =>
      h < 0 || h >= H || w < 0 || w >= W ? 0 : x.data[(p * H + h) * W + w];
    const around = [-1, 0, 1];
    const mean = (p: number, h: number, w: number) =>
      around.flatMap((i) => around.map((j) => at(p, h + i, w + j))).reduce((a, v) => a + v, 0) / 9;
    const want = Float32Array.from(x.data, (_, i) => mean(Math.floor(i / (H * W)), Math.floor(i / W) % H, i % W));
    expectBlob('y', got.get('y'), { shape: [N, C, H, W], data: want });
  });

  test(`${net('13-name-is-other-blob')}: a blob's name shows that blob`, async () => {
    const x = input('13-name-is-other-blob');
    const got = await blobs(open(net('13-name-is-other-blob')), { x }, ['prob']);
    expectBlob('prob', got.get('prob'), { shape: x.shape, data: x.data.map((v) => -Math.max(v, 0)) });
  });

  describe('external data', () => {
    /** The report's net in a folder of its own, with something where its weights should be. */
    async function beside(name: string, put: (folder: string, outside: string) => void): Promise<Model> {
      const place = mkdtempSync(join(tmpdir(), 'convscope-'));
      try {
        const inside = join(place, 'model');
        symlinkSync(mkdtempSync(join(place, 'real-')), inside);
        copyFileSync(join(folder, net(name)), join(inside, 'net.onnx'));
        writeFileSync(join(place, 'outside.bin'), new Uint8Array(4 * 5000));
        put(inside, join(place, 'outside.bin'));
        return await loadModel(join(inside, 'net.onnx'));
      } finally {
        rmSync(place, { recursive: true });
      }
    }

    refused(
      `${net('02-external-is-directory')}, whose weights are a folder,`,
      () => loadModel(join(folder, net('02-external-is-directory'))),
      /dir/,
    );
    refused(
      `${net('02-external-is-directory')}, beside such a folder,`,
      () => beside('02-external-is-directory', (inside) => mkdtempSync(join(inside, 'dir'))),
      /dir/,
    );
    refused(
      `${net('03-external-symlink')}, whose link leads out of the folder,`,
      () => beside('03-external-symlink', (inside, outside) => symlinkSync(outside, join(inside, 'link.bin'))),
      /link\.bin/,
    );
    test(`${net('03-external-symlink')}, whose link stays in the folder, opens`, async () => {
      const model = await beside('03-external-symlink', (inside) => {
        writeFileSync(join(inside, 'weights.bin'), new Uint8Array(4 * 5000));
        symlinkSync('weights.bin', join(inside, 'link.bin'));
      });
      expect(model.layers.length).toBe(1);
    });
  });
});
