// A part of one's own: a regularizer declared on the page and used in a study like any other. Two runs of one unit from one seed, one
// without it and one with it.
import {
  type AnyPart,
  createStudy,
  definePart,
  imageShape,
  layers,
  meanImage,
  objectives,
  openContext,
  type Penalty,
  regularizers,
  synthesize,
  transforms,
  updateRules,
} from 'convscope';
import { createImageView } from 'convscope/views';
import { find } from '../shared/dom.js';
import { miniCaffenet } from '../shared/miniCaffenet.js';

/** Mean squared difference of neighbouring pixels, times a weight. */
const totalVariation = definePart({
  kind: 'regularizer',
  name: 'totalVariation',
  text: 'The mean squared difference of neighbouring pixels.',
  source: 'Mahendran & Vedaldi 2015, equation 2 with β = 2',
  fields: { weight: { type: 'number', min: 0, default: 0.1, text: 'how much a difference costs' } },
  make: ({ weight }): Penalty => ({
    label: `total variation ${weight}`,
    penalty({ tape }, x) {
      const along = (axis: 2 | 3) => {
        const a = tape.apply(layers.slice, { x }, { axis, start: 1, end: x.shape[axis] });
        const b = tape.apply(layers.slice, { x }, { axis, start: 0, end: x.shape[axis] - 1 });
        const difference = tape.apply(layers.binary, { a, b }, { f: 'sub' });
        const square = tape.apply(layers.binary, { a: difference, b: difference }, { f: 'mul' });
        return tape.apply(
          layers.reduction,
          { x: square },
          { kind: 'mean', axes: [1, 2, 3], keep: false, factor: weight },
        );
      };
      return tape.apply(layers.binary, { a: along(2), b: along(3) }, { f: 'add' });
    },
  }),
});
const parts: readonly AnyPart[] = [totalVariation];

/** Mid-grey, and the standard deviations that reach from it to black and white. */
const [MIDDLE, SPREAD] = [127.5, 4];
const STEPS = 150;

const ctx = await openContext();
find('adapter', HTMLElement).textContent = ctx.adapterName;
const model = await miniCaffenet();
const shape = imageShape(model);
/** Each new weight ends the run before. */
let turn = 0;

/** Runs the study and draws every frame on `canvas`. */
async function draw(id: 'with' | 'without', weight: number, mine: number): Promise<void> {
  const study = createStudy({
    objective: objectives.neuron.make({ unit: 'conv4:7' }),
    transforms: [transforms.jitter.make({ reach: 2 })],
    regularize: [regularizers.pixelRange.make({}), totalVariation.make({ weight })],
    optim: [updateRules.progress.make({ policy: 'progress', lr: 1e8, desiredProgress: 1 })],
    steps: STEPS,
  });
  // A canvas keeps its surface: a new run takes a new one.
  const old = find(id, HTMLCanvasElement);
  const canvas = old.cloneNode() as HTMLCanvasElement;
  old.replaceWith(canvas);
  using view = createImageView(ctx, canvas, {
    shape: [1, ...shape],
    mean: meanImage(model.preprocessing, shape),
    order: model.preprocessing.order,
  });
  for await (const { run, records } of synthesize(ctx, model, study, { parts, every: 5 })) {
    if (mine !== turn) return;
    const { objective, deviation } = records[0][records[0].length - 1];
    view.draw(run.image.buffer, MIDDLE / (SPREAD * Math.max(deviation, 1)));
    find(`${id}-objective`, HTMLElement).textContent = `activation ${objective.toFixed(2)}, step ${run.steps}`;
    await new Promise(requestAnimationFrame);
  }
}

async function start(): Promise<void> {
  const weight = find('weight', HTMLInputElement).valueAsNumber;
  find('value', HTMLOutputElement).value = String(weight);
  const mine = ++turn;
  await Promise.all([draw('without', 0, mine), draw('with', weight, mine)]);
}

find('weight', HTMLInputElement).addEventListener('change', () => void start());
void start().catch((error: unknown) => {
  const problem = find('problem', HTMLElement);
  problem.hidden = false;
  problem.textContent = error instanceof Error ? error.message : String(error);
});
