// `npm run bench:scan [-- net pictures adapter batch rounds]`: how fast the top images of all layers are found, next to the forward
// pass alone of the same net on the same batches, in turns. Also how fast pictures are decoded, and how fast the device is.
import { availableParallelism } from 'node:os';
import { median } from 'simple-statistics';
import { sizeOf } from '../src/core/shape.js';
import type { Context } from '../src/gpu/context.js';
import type { Model } from '../src/graph/model.js';
import { compile } from '../src/graph/plan.js';
import { openPicture } from '../src/node/commands/inputs.js';
import { openNodeContext } from '../src/node/context.js';
import { loadModel } from '../src/node/models.js';
import { listImages } from '../src/node/sources/list.js';
import { scan } from '../src/scan/scan.js';
import { topK } from '../src/scan/topK.js';
import type { SetImage } from '../src/scene/images.js';
import { createPreprocessor, type Picture } from '../src/scene/input.js';
import { openNet } from '../src/scene/openNet.js';
import { outputLayer } from '../src/scene/outputs.js';
import { unitLayers } from '../src/scene/unitLayers.js';

const WAYS = ['decoding', 'forward pass', 'top images of decoded pictures', 'top images'] as const;
type Way = (typeof WAYS)[number];
/** Pictures that are decoded at once, as a scan does. */
const AT_ONCE = 16;

/** What a number of pictures took. */
interface Pace {
  readonly perSecond: number;
  /** Milliseconds of all threads of this process for a picture, those of a software adapter among them. */
  readonly work: number;
}

export async function main(args: string[]): Promise<void> {
  const [net = 'mini-caffenet', pictures = 'world:0-127', adapter = 'auto', batch = '16', rounds = '9'] = args;
  using ctx = await openNodeContext({ adapter });
  const model = await loadModel(net);
  const names = await listImages([pictures]);
  const { layers } = unitLayers(model);
  const N = Number(batch);
  const decoded = await decode(names);
  console.log(
    `${model.name}, ${layers.length} layers, ${names.length} pictures of ${pictures}, batches of ${N}; ` +
      `${ctx.adapterName}, ${availableParallelism()} cores\n`,
  );
  const timed = async (run: () => Promise<unknown>) => {
    const stop = startPace();
    await run();
    return stop(names.length);
  };
  /** After the first batch, which comes after compiling. */
  const search = async (set: Iterable<SetImage>) => {
    let stop: ReturnType<typeof startPace> | undefined;
    await scan(ctx, model, set, [topK(layers)], {
      batch: N,
      onProgress: () => {
        stop ??= startPace();
      },
    });
    if (!stop || names.length <= N) throw new Error(`needs more pictures than a batch of ${N}`);
    return stop(names.length - N);
  };
  using forward = await forwardPass(ctx, model, N);
  const ways: Readonly<Record<Way, () => Promise<Pace>>> = {
    decoding: () => timed(() => decode(names)),
    'forward pass': () => timed(() => forward.run(decoded)),
    'top images of decoded pictures': () => search(names.map((id, i) => ({ id, picture: decoded[i] }))),
    'top images': () => search(names.map((id) => ({ id, picture: () => openPicture(id) }))),
  };
  const paces: Record<Way, Pace[]> = {
    decoding: [],
    'forward pass': [],
    'top images of decoded pictures': [],
    'top images': [],
  };
  // In turns. The first round warms up, and is not counted.
  for (let round = 0; round <= Number(rounds); round++) {
    for (const way of WAYS) {
      const pace = await ways[way]();
      if (round > 0) paces[way].push(pace);
    }
  }
  console.log('| | images/s | over the forward pass | CPU ms for an image | over the forward pass |');
  console.log('|---|---:|---:|---:|---:|');
  for (const way of WAYS) {
    // Within a round, because the speed of a machine varies between them.
    const over = (of: (pace: Pace) => number) => {
      const ratios = paces[way].map((pace, i) => of(pace) / of(paces['forward pass'][i]));
      return way.startsWith('top') ? `${((median(ratios) - 1) * 100).toFixed(1)} %` : '';
    };
    const perSecond = median(paces[way].map((pace) => pace.perSecond)).toFixed(1);
    const work = median(paces[way].map((pace) => pace.work)).toFixed(2);
    const cells = [way, perSecond, over((pace) => 1 / pace.perSecond), work, over((pace) => pace.work)];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

/** Starts a clock, which tells what so many pictures took. */
function startPace(): (pictures: number) => Pace {
  const began = performance.now();
  const before = process.cpuUsage();
  return (pictures) => {
    const { user, system } = process.cpuUsage(before);
    return { perSecond: (pictures / (performance.now() - began)) * 1000, work: (user + system) / 1000 / pictures };
  };
}

async function decode(names: readonly string[]): Promise<Picture[]> {
  const decoded: Picture[] = [];
  for (let i = 0; i < names.length; i += AT_ONCE) {
    decoded.push(...(await Promise.all(names.slice(i, i + AT_ONCE).map(openPicture))));
  }
  return decoded;
}

/** The net's output alone, read for each batch. */
async function forwardPass(ctx: Context, model: Model, batch: number) {
  const { tape, image, at } = openNet(model, { batch });
  const output = at(outputLayer(model));
  const plan = await compile(ctx, tape, { keep: [output] });
  const preprocessor = createPreprocessor(ctx, model);
  const size = sizeOf(image.shape) / batch;
  return {
    async run(pictures: readonly Picture[]): Promise<void> {
      for (let i = 0; i < pictures.length; i += batch) {
        for (const [n, picture] of pictures.slice(i, i + batch).entries()) {
          await preprocessor.into(picture, plan.buffer(image), n * size);
        }
        plan.run();
        await plan.read(output);
      }
    },
    [Symbol.dispose]() {
      preprocessor[Symbol.dispose]();
      plan[Symbol.dispose]();
    },
  };
}
