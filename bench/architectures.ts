// `node bench/run.mjs bench/architectures.ts OUT.md [folder with prototxt and ONNX files] [adapter]`: runs published
// architectures at full size with random weights, forward and backward to the image. Writes a table with their arithmetic and
// memory.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { grad } from '../src/autodiff/grad.js';
import { sizeOf } from '../src/core/shape.js';
import type { Model } from '../src/graph/model.js';
import { compile } from '../src/graph/plan.js';
import { importCaffe, importOnnx } from '../src/importers/index.js';
import { openNodeContext } from '../src/node/context.js';
import { inspectModel } from '../src/scene/inspect.js';
import { openNet } from '../src/scene/openNet.js';
import { inceptionV3, mobileNetV1, mobileNetV2, vgg16 } from './nets.js';

interface Net {
  readonly name: string;
  readonly from: string;
  load(): Model;
}

function nets(data: string | undefined): Net[] {
  const made: Net[] = [
    { name: 'VGG16', from: 'built', load: vgg16 },
    { name: 'MobileNet v1', from: 'built', load: mobileNetV1 },
    { name: 'MobileNet v2', from: 'built', load: mobileNetV2 },
    { name: 'Inception v3 (its modules)', from: 'built', load: inceptionV3 },
  ];
  if (!data) return made;
  const files = (folder: string, ending: string) => readdirSync(join(data, folder)).filter((f) => f.endsWith(ending));
  // Training texts name their data but not its size. The finetuned and R-CNN nets are CaffeNet again.
  const deploys = files('prototxt', '.prototxt').filter(
    (f) => !/train_val|flickr|rcnn|dvt/.test(f) && statSync(join(data, 'prototxt', f)).size > 0,
  );
  return [
    ...deploys.map((f) => ({
      name: f.replace(/_deploy|-deploy|\.prototxt/g, ''),
      from: 'Caffe',
      load: () => importCaffe(readFileSync(join(data, 'prototxt', f), 'utf8'), undefined, { seededWeights: 1 }),
    })),
    ...files('onnx/light', '.onnx').map((f) => ({
      name: f.replace(/^light_|\.onnx$/g, ''),
      from: 'ONNX',
      load: () => importOnnx(readFileSync(join(data, 'onnx/light', f))),
    })),
    ...made,
  ];
}

const mebi = (bytes: number) => (bytes / 2 ** 20).toFixed(1);

export async function main([out, data, adapter = 'auto']: string[]): Promise<void> {
  using ctx = await openNodeContext({ adapter });
  const rows: string[] = [];
  const refused: string[] = [];
  for (const { name, from, load } of nets(data)) {
    let model: Model;
    try {
      model = load();
    } catch (error) {
      refused.push(`- ${name} (${from}): ${error instanceof Error ? error.message : String(error)}`);
      console.log(refused[refused.length - 1]);
      continue;
    }
    const { macs, parameters, layers: listed } = inspectModel(model, 1);
    const { tape, image, at } = openNet(model, { batch: model.input.shape[0] });
    const y = at(model.layers[model.layers.length - 1].name);
    const seed = tape.leaf('seed', y);
    const [gradient] = grad(tape, y, [image], { seed });
    using plan = await compile(ctx, tape, { keep: [y, gradient] });
    plan.write(
      image,
      Float32Array.from({ length: sizeOf(image.shape) }, (_, i) => ((i * 7919) % 255) - 127),
    );
    if (plan.uses(seed)) plan.write(seed, new Float32Array(sizeOf(seed.shape)).fill(1));
    const start = performance.now();
    plan.run();
    const results = [await plan.read(y), await plan.read(gradient)];
    const seconds = (performance.now() - start) / 1000;
    if (!results.every((r) => r.every(Number.isFinite))) throw new Error(`${name}: a result is not finite`);
    const { planned, lowerBound, naive } = plan.memory.activations;
    const cells = [
      name,
      from,
      model.input.shape.slice(1).join('×'),
      listed.length,
      (parameters / 1e6).toFixed(1),
      (macs / 1e6).toFixed(0),
      mebi(planned),
      mebi(lowerBound),
      mebi(naive),
      plan.dispatches.length,
    ];
    rows.push(`| ${cells.join(' | ')} |`);
    console.log(`${rows[rows.length - 1]} ${seconds.toFixed(2)} s`);
  }
  const lines = [
    '# Architectures',
    '',
    'Each network ran forward and backward to the image, at full size and with seeded random weights. All results were finite.',
    `Adapter: ${ctx.adapterName}.`,
    '',
    'Activation memory of this plan: "planned" is what the plan uses, "minimum" is what its largest dispatch needs in any plan, and',
    '"without reuse" is the sum of all values.',
    '',
    'Made by `node bench/run.mjs bench/architectures.ts docs/architectures.md ../shared/data`.',
    '',
    '| network | from | input | layers | M parameters | MMACs | planned MiB | minimum MiB | without reuse MiB | dispatches |',
    '|---|---|---|---:|---:|---:|---:|---:|---:|---:|',
    ...rows,
    ...(refused.length > 0 ? ['', 'Refused:', '', ...refused] : []),
    '',
  ];
  writeFileSync(out, lines.join('\n'));
}
