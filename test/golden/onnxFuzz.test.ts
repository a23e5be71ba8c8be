// Valid ONNX files changed by their structure: every one is refused by a named error, or gives what onnxruntime gives, which may
// refuse it too. Run as `CONVSCOPE_FUZZ=100000 npx vitest run test/golden/onnxFuzz --testTimeout=14400000` for the long form.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConvscopeError } from '../../src/core/errors.js';
import { createRng } from '../../src/core/rng.js';
import { sizeOf } from '../../src/core/shape.js';
import type { Model } from '../../src/graph/model.js';
import { importOnnx } from '../../src/importers/index.js';
import { activations } from '../../src/scene/forward.js';
import { testContext } from '../support/device.js';
import { interpret } from '../support/interpret.js';
import { ELEMENT, type FileValue, type OnnxFile, writeOnnx } from '../support/onnxFile.js';
import { readOnnx, readTensor } from '../support/onnxFileReader.js';
import { mutated, randomOf } from '../support/onnxMutations.js';
import { type Feed, type OnnxRuntime, openOnnxRuntime, type RuntimeOutput } from '../support/onnxRuntime.js';
import { SEEDS } from '../support/onnxSeeds.js';
import { sharedData } from '../support/shared.js';

/** Changed files in all. */
const CASES = Number(process.env.CONVSCOPE_FUZZ ?? 400);
/** Which of the endless list of changed files is the first. */
const FIRST = Number(process.env.CONVSCOPE_FUZZ_FIRST ?? 0);
/** max |Δ| ≤ this × max |ref|: onnxruntime sums in f32, the interpreter in f64. */
const TOLERANCE = 1e-4;
/** Beside it, for outputs near zero. */
const ABSOLUTE = 1e-5;
/** Elements of an input or an initializer beyond which a case says nothing more and only takes time. */
const MAX_ELEMENTS = 2 ** 16;

/** Nodes of the conformance suite as nets: all inputs but the first of floats become initializers. */
function suiteSeeds(): [string, OnnxFile][] {
  const data = sharedData();
  if (!data) return [];
  const suite = join(data, 'onnx_node_tests');
  const names = Object.keys(JSON.parse(readFileSync(join(suite, 'index.json'), 'utf8')) as object);
  return names.flatMap((name): [string, OnnxFile][] => {
    const file = readOnnx(readFileSync(join(suite, name, 'model.onnx')));
    const set = join(suite, name, 'test_data_set_0');
    const given = readdirSync(set).filter((f) => f.startsWith('input_'));
    const open = file.inputs.filter((i) => !file.tensors.some((t) => t.name === i.name));
    const image = open.find((i) => i.type === ELEMENT.float && i.shape.length > 0);
    if (!image || file.nodes.some((n) => n.attributes.some((a) => a.graph))) return [];
    for (const input of open.filter((i) => i !== image)) {
      const at = given.find((f) => f === `input_${open.indexOf(input)}.pb`);
      if (!at) return [];
      file.tensors.push({ ...readTensor(readFileSync(join(set, at))), name: input.name });
    }
    const small = file.tensors.every((t) => t.raw.length < 4 * MAX_ELEMENTS);
    return small && sizeOf(dimsOf(image)) < MAX_ELEMENTS ? [[name, { ...file, inputs: [image] }]] : [];
  });
}

/** An input's shape with 1 for what is left open. */
const dimsOf = ({ shape }: FileValue): number[] => shape.map((d) => (typeof d === 'number' ? d : 1));

/** What is fed to both engines. Values lie apart from kinks and from each other. */
function feedsOf(file: OnnxFile): Record<string, Feed> {
  const open = file.inputs.filter((i) => !file.tensors.some((t) => t.name === i.name));
  return Object.fromEntries(
    open.map((input) => {
      const dims = dimsOf(input);
      const data = Float32Array.from({ length: sizeOf(dims) }, (_, i) => Math.sin(3 * i + 1) + 0.01);
      return [input.name, { type: input.type === ELEMENT.int64 ? 'int64' : 'float32', dims, data }];
    }),
  );
}

type Verdict = 'same' | 'both refused' | 'only ours refused' | 'only theirs refused' | 'untyped' | 'different';

interface Case {
  readonly verdict: Verdict;
  readonly why: string;
}

/** What is fed to the image input, in the order in which the model has its axes. */
function imageOf({ input }: Model, feeds: Record<string, Feed>): Feed {
  const feed = feeds[input.name];
  if (input.layout !== 'nhwc') return feed;
  const [N, H, W, C] = feed.dims;
  const data = new Float32Array(feed.data.length);
  for (let i = 0; i < data.length; i++) {
    const [n, c, at] = [Math.floor(i / (C * H * W)), Math.floor(i / (H * W)) % C, i % (H * W)];
    data[i] = feed.data[(n * H * W + at) * C + c];
  }
  return { ...feed, dims: [N, C, H, W], data };
}

/** The values of the graph's outputs as a device computes them. */
async function onDevice(model: Model, file: OnnxFile, feeds: Record<string, Feed>): Promise<typeof none> {
  const known = file.outputs.map((o) => o.name).filter((name) => model.layers.some((l) => l.output === name));
  const got = await activations(await testContext(), model, imageOf(model, feeds).data, known);
  return new Map(
    file.outputs.map(({ name }) => {
      const blob =
        got.get(name) ?? (name === model.input.name ? { shape: feeds[name].dims, data: feeds[name].data } : undefined);
      return [name, blob && { dims: blob.shape, data: Float64Array.from(blob.data) }];
    }),
  );
}
const none = new Map<string, RuntimeOutput | undefined>();

/**
 * The values of the graph's outputs by the layers' references in float64, which is quick; undefined where the model has no such
 * blob. Not every reference knows every form of its layer.
 */
function inFloat64(model: Model, file: OnnxFile, feeds: Record<string, Feed>): typeof none {
  const { dims, data } = imageOf(model, feeds);
  let blobs: ReturnType<typeof interpret>;
  try {
    blobs = interpret(model, { shape: dims, data: Float64Array.from(data) });
  } catch {
    return none;
  }
  return new Map(
    file.outputs.map(({ name }) => {
      const blob = blobs.get(name);
      return [name, blob && { dims: blob.shape, data: Float64Array.from(blob.data) }];
    }),
  );
}

/** Why two outputs are not the same, or nothing. */
function difference(name: string, ours: RuntimeOutput | undefined, theirs: RuntimeOutput): string | undefined {
  if (!ours) return `${name} is no blob`;
  if (ours.dims.join() !== theirs.dims.join()) return `${name} is [${ours.dims}], not [${theirs.dims}]`;
  const most = theirs.data.reduce((a, b) => (Number.isFinite(b) ? Math.max(a, Math.abs(b)) : a), 0);
  const equal = (a: number, b: number) =>
    Object.is(a, b) ||
    // A power of integers that is none: it overflows, or is not a number.
    ((b === -(2 ** 31) || b === -(2 ** 63)) && !(Math.abs(a) < 2 ** 31)) ||
    Math.abs(a - b) <= ABSOLUTE + TOLERANCE * most ||
    (!Number.isFinite(a) && !Number.isFinite(b));
  const bad = theirs.data.findIndex((b, i) => !equal(ours.data[i], b));
  return bad < 0 ? undefined : `${name}[${bad}] is ${ours.data[bad]}, not ${theirs.data[bad]}`;
}

async function compared(file: OnnxFile, runtime: OnnxRuntime): Promise<Case> {
  const bytes = writeOnnx(file);
  const feeds = feedsOf(file);
  let model: Model | undefined;
  let refused = '';
  try {
    const [image] = file.inputs;
    model = importOnnx(bytes, {
      inputShapes: Object.fromEntries(
        Object.entries(feeds).flatMap(([name, { dims }]) =>
          name === image.name || !file.inputs.some((i) => i.name === name) ? [] : [[name, dims]],
        ),
      ),
      ...(image && feeds[image.name] && { inputShape: feeds[image.name].dims }),
    });
  } catch (error) {
    if (!(error instanceof ConvscopeError)) return { verdict: 'untyped', why: String(error) };
    refused = error.message;
  }
  const outcome = await runtime.run(bytes, feeds);
  if ('refused' in outcome) {
    return model ? { verdict: 'only theirs refused', why: outcome.refused } : { verdict: 'both refused', why: refused };
  }
  if (!model) return { verdict: 'only ours refused', why: refused };
  const held = (ours: typeof none) =>
    [...outcome.outputs].map(([name, theirs]) => difference(name, ours.get(name), theirs)).find((d) => d);
  // What the references do not know, or a rounding that turns a step, the device decides.
  if (held(inFloat64(model, file, feeds)) === undefined) return { verdict: 'same', why: '' };
  try {
    const different = held(await onDevice(model, file, feeds));
    return { verdict: different ? 'different' : 'same', why: different ?? '' };
  } catch (error) {
    const typed = error instanceof ConvscopeError;
    return { verdict: typed ? 'only ours refused' : 'untyped', why: String(error) };
  }
}

/** Reasons as kinds, most frequent first: numbers, names and shapes left out. */
function kinds(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) {
    const kind = reason
      .split('. Supported')[0]
      .replace(/'[^']*'|\[[^\]]*\]|\{[^}]*\}|-?\d+(\.\d+)?(e-?\d+)?/g, '…')
      .slice(0, 160);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 60)
    .map(([kind, n]) => `  ${n} × ${kind}`)
    .join('\n');
}

const runtime = openOnnxRuntime();
if (!runtime)
  console.log('skipped: ONNX files beside onnxruntime (npm ci --prefix bench --ignore-scripts installs it)');

test.skipIf(!runtime)(
  `${CASES} files changed by their structure: none gives an untyped error, or other values than onnxruntime`,
  async () => {
    if (!runtime) return;
    using engine = runtime;
    const seeds = [...Object.entries(SEEDS), ...suiteSeeds()];
    const counts = new Map<Verdict, number>();
    const reasons = new Map<Verdict, string[]>();
    const bad: string[] = [];
    for (let i = FIRST; i < FIRST + CASES; i++) {
      const random = randomOf(createRng(i));
      // Half of them from the nets above, half from the suite.
      const own = Object.keys(SEEDS).length;
      const [name, seed] = random.chance(0.5) ? seeds[random.below(own)] : random.pick(seeds);
      const { file, changes } = mutated(seed, random);
      const { verdict, why } = await compared(file, engine);
      counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
      reasons.set(verdict, [...(reasons.get(verdict) ?? []), why]);
      if (verdict === 'untyped' || verdict === 'different')
        bad.push(`${i} ${name}: ${changes.join('; ')} → ${verdict}: ${why}`);
    }
    console.log(
      `${CASES} files beside onnxruntime: ${[...counts].map(([verdict, n]) => `${n} ${verdict}`).join(', ')}`,
    );
    if (process.env.CONVSCOPE_FUZZ) {
      for (const verdict of ['only ours refused', 'only theirs refused'] as const) {
        console.log(`${verdict}:\n${kinds(reasons.get(verdict) ?? [])}`);
      }
      console.log(bad.join('\n'));
    }
    expect(bad).toEqual([]);
  },
);

test.skipIf(!runtime)('the nets that are changed are valid as they are', async () => {
  using engine = openOnnxRuntime();
  const verdicts: Record<string, string> = {};
  if (!engine) return;
  for (const [name, file] of Object.entries(SEEDS)) {
    const { verdict, why } = await compared(file, engine);
    if (verdict !== 'same') verdicts[name] = `${verdict}: ${why}`;
  }
  expect(verdicts).toEqual({});
});
