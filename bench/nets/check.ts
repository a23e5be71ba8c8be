// Compares one exported net with its references: opening, forward, backward, three images at once, another size.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { grad } from '../../src/autodiff/grad.js';
import { type Shape, sizeOf } from '../../src/core/shape.js';
import type { Context } from '../../src/gpu/context.js';
import type { Model } from '../../src/graph/model.js';
import { compile } from '../../src/graph/plan.js';
import type { Value } from '../../src/graph/tape.js';
import { type ImportModelOptions, importModel, readNpy } from '../../src/importers/index.js';
import { activations } from '../../src/scene/forward.js';
import type { HostTensor } from '../../src/scene/input.js';
import { openNet } from '../../src/scene/openNet.js';
import { channelsFirst } from '../../test/support/layout.js';

interface Run {
  /** `one` image, `three` images, or one of another `size`. */
  readonly kind: 'one' | 'three' | 'size';
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** The description that export.py writes. */
export interface NetFile {
  readonly name: string;
  readonly source: string;
  readonly opset?: number;
  readonly form: string;
  /** The net, or its text and weights. */
  readonly files: readonly string[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly runs: readonly Run[];
  /** The file's images are `[N, H, W, C]`. */
  readonly channelsLast?: boolean;
  /** The number of the first output whose gradient is compared. */
  readonly unit: number;
  readonly gradient: string;
}

/** `max |Δ| / max |reference|`; or the reason why there is none; or undefined if there was nothing to compare. */
type Agreement = number | string | undefined;

export interface Checked {
  readonly net: NetFile;
  readonly opens: boolean;
  /** The reason why it does not open. */
  readonly reason?: string;
  readonly forward?: Agreement;
  readonly gradient?: Agreement;
  readonly three?: Agreement;
  readonly size?: Agreement;
}

export async function checkNet(ctx: Context, folder: string, net: NetFile): Promise<Checked> {
  const read = (file: string): HostTensor => {
    const { shape, data } = readNpy(readFileSync(join(folder, file)));
    return { shape, data: Float32Array.from(data, Number) };
  };
  const open = (options: ImportModelOptions) =>
    importModel(
      net.files.map((name) => ({ name, bytes: readFileSync(join(folder, name)) })),
      options,
    );
  const runs = new Map(
    net.runs.map(({ kind, inputs, outputs }) => [kind, { inputs: inputs.map(read), outputs: outputs.map(read) }]),
  );
  const one = runs.get('one');
  const three = runs.get('three');
  const size = runs.get('size');
  if (!one || !three) throw new Error(`${net.name}: export.py gave no references`);
  const [height, width] = net.channelsLast ? [1, 2] : [2, 3];
  const heightAndWidth = ({ shape }: HostTensor) => [shape[height], shape[width]] as const;
  const options = size ? { size: heightAndWidth(one.inputs[0]) } : {};
  let model: Model;
  try {
    model = open(options);
  } catch (error) {
    return { net, opens: false, reason: messageOf(error) };
  }
  const forward = await tried(async () => worst(await forwardOf(ctx, model, net, one.inputs), one.outputs));
  const gradient = await tried(async () => {
    const got = await gradientOf(ctx, model, net, one.inputs);
    return agreement(got, channelsFirst(model, read(net.gradient)));
  });
  const batch = await tried(async () => {
    const got = await forwardOf(ctx, model, net, three.inputs);
    const singles: HostTensor[][] = [];
    for (let i = 0; i < 3; i++)
      singles.push(
        await forwardOf(
          ctx,
          model,
          net,
          three.inputs.map((x) => row(x, i)),
        ),
      );
    const joined = three.outputs.map((want, o) =>
      stacked(
        singles.map((s) => s[o]),
        want.shape,
      ),
    );
    return Math.max(worst(got, three.outputs), worst(got, joined));
  });
  const other =
    size &&
    (await tried(async () => {
      const resized = open({ size: heightAndWidth(size.inputs[0]) });
      return worst(await forwardOf(ctx, resized, net, size.inputs), size.outputs);
    }));
  return { net, opens: true, forward, gradient, three: batch, size: other };
}

async function tried(work: () => Promise<number>): Promise<number | string> {
  try {
    return await work();
  } catch (error) {
    return messageOf(error);
  }
}

/** The message without the list of supported layers. */
const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split(/\.? Supported/)[0].replaceAll('\n', ' ');

const sidesOf = (net: NetFile, inputs: readonly HostTensor[]): Record<string, HostTensor> =>
  Object.fromEntries(net.inputs.slice(1).map((name, i) => [name, inputs[i + 1]]));

async function forwardOf(ctx: Context, model: Model, net: NetFile, inputs: readonly HostTensor[]) {
  const made = new Set(model.layers.map((l) => l.output));
  if (model.partial && !net.outputs.every((name) => made.has(name))) throw new Error(model.notes?.join(' '));
  const blobs = await activations(ctx, model, channelsFirst(model, inputs[0]).data, net.outputs, {
    inputs: sidesOf(net, inputs),
  });
  return net.outputs.map((name) => {
    const blob = blobs.get(name);
    if (!blob) throw new Error(`no blob '${name}'`);
    return blob;
  });
}

async function gradientOf(ctx: Context, model: Model, net: NetFile, inputs: readonly HostTensor[]) {
  const { tape, image, at } = openNet(model, { batch: 1, inputs: sidesOf(net, inputs) });
  const y = at.final(net.outputs[0]);
  const seed = tape.leaf('seed', y);
  const [gradient]: readonly Value[] = grad(tape, y, [image], { seed });
  using plan = await compile(ctx, tape, { keep: [gradient] });
  plan.write(image, channelsFirst(model, inputs[0]).data);
  const seeds = new Float32Array(sizeOf(y.shape));
  seeds[net.unit] = 1;
  plan.write(seed, seeds);
  plan.run();
  return { shape: gradient.shape, data: await plan.read(gradient) };
}

function row({ shape, data }: HostTensor, i: number): HostTensor {
  const size = data.length / shape[0];
  return { shape: [1, ...shape.slice(1)], data: data.slice(i * size, (i + 1) * size) };
}

/** Concatenates three results along the axis that gives `shape`: recurrent heads have the batch second. */
function stacked(parts: readonly HostTensor[], shape: Shape): HostTensor {
  const axis = shape.findIndex((d, i) => d !== parts[0].shape[i]);
  const outer = sizeOf(shape.slice(0, axis));
  const data = new Float32Array(sizeOf(shape));
  const length = parts[0].data.length / outer;
  for (let o = 0; o < outer; o++)
    for (const [i, part] of parts.entries())
      data.set(part.data.subarray(o * length, (o + 1) * length), (o * parts.length + i) * length);
  return { shape, data };
}

const worst = (got: readonly HostTensor[], want: readonly HostTensor[]): number =>
  Math.max(...got.map((g, i) => agreement(g, want[i])));

/** NaN if anything is NaN. */
function agreement(got: HostTensor, want: HostTensor): number {
  const squeezed = (shape: Shape) => shape.filter((d) => d !== 1).join();
  if (squeezed(got.shape) !== squeezed(want.shape)) {
    throw new Error(`the result is [${got.shape}], not [${want.shape}]`);
  }
  let error = 0;
  let scale = 0;
  for (let i = 0; i < want.data.length; i++) {
    error = Math.max(error, Math.abs(got.data[i] - want.data[i]));
    scale = Math.max(scale, Math.abs(want.data[i]));
  }
  return error / scale;
}
