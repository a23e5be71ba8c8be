// The studio in a real browser: pictures grow by themselves, obey their controls, and come back from files and from the history.
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { recipeOf } from '../../src/core/pngRecipe.js';
import { openPage, type TestPage } from '../support/browser.js';
import { savedBy } from '../support/saved.js';

const PAGE = '/examples/preferred-image/index.html';
const PATIENCE = { timeout: 60_000 };

/** What a side shows under a name. */
const shown = (opened: TestPage, name: string, side = 'a') =>
  opened.page.evaluate(
    (s, n) => document.querySelector(`[data-side="${s}"] [data-show="${n}"]`)?.textContent ?? '',
    side,
    name,
  );

/** Waits until a side has taken `steps` steps. */
async function afterSteps(opened: TestPage, steps: number, side = 'a'): Promise<void> {
  await opened.page.waitForFunction(
    (s, n) => Number(document.querySelector(`[data-side="${s}"] [data-show="step"]`)?.textContent) >= n,
    PATIENCE,
    side,
    steps,
  );
}

const textOf = (opened: TestPage, id: string) =>
  opened.page.evaluate((i) => document.getElementById(i)?.textContent ?? '', id);

/** Drops a file on the page. */
async function drop(opened: TestPage, name: string, content: string | readonly number[]): Promise<void> {
  await opened.page.evaluate(
    (fileName, given) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([typeof given === 'string' ? given : Uint8Array.from(given)], fileName));
      document.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, cancelable: true }));
    },
    name,
    content,
  );
}

/** Stops the run and waits until its picture stands in the history. */
async function stop(opened: TestPage): Promise<void> {
  await opened.page.click('[data-side="a"] [data-do="start"]');
  await opened.page.waitForFunction(() => document.querySelectorAll('#made li').length > 0, PATIENCE);
}

const DEAD = `name: "dead" input: "data" input_dim: 1 input_dim: 3 input_dim: 20 input_dim: 24
  layer { name: "shut" type: "Power" bottom: "data" top: "shut" power_param { scale: 0 shift: -1 } }
  layer { name: "relu" type: "ReLU" bottom: "shut" top: "relu" }`;
const TINY = `name: "tiny" input: "data" input_dim: 1 input_dim: 3 input_dim: 20 input_dim: 24
  layer { name: "c" type: "Pooling" bottom: "data" top: "c" pooling_param { pool: AVE kernel_size: 5 } }`;

test('a picture grows by itself: the objective rises and the canvas is not one colour', async () => {
  await using opened = await openPage(PAGE);
  await afterSteps(opened, 2);
  const early = Number(await shown(opened, 'objective'));
  await afterSteps(opened, 20);
  expect(Number(await shown(opened, 'best'))).toBeGreaterThan(early);
  expect(await shown(opened, 'title')).toBe('boat');
  expect(await shown(opened, 'about')).toBe('mini-caffenet · spectrum · seed 0');
  expect(await shown(opened, 'pace')).toMatch(/^of 200 steps · [\d.]+ steps\/s · \d+ s left$/);
  expect(await textOf(opened, 'net-text')).toBe('14 layers, 0.6 M parameters');
  expect(await opened.page.$$eval('#world canvas', (all) => all.length)).toBe(6);
  const colours = await opened.page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('canvas.picture');
    if (!canvas) return 0;
    const copy = new OffscreenCanvas(canvas.width, canvas.height);
    const context = copy.getContext('2d');
    context?.drawImage(canvas, 0, 0);
    const pixels = context?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    const seen = new Set<number>();
    for (let i = 0; i < pixels.length; i += 4) seen.add(pixels[i] * 65_536 + pixels[i + 1] * 256 + pixels[i + 2]);
    return seen.size;
  });
  expect(colours).toBeGreaterThan(500);
  expect(opened.problems).toEqual([]);
});

test('a slider changes the running plan: no pipeline is compiled and no buffer made', async () => {
  await using opened = await openPage(PAGE);
  await afterSteps(opened, 20);
  await opened.page.evaluate(() => {
    const counts = { pipelines: 0, buffers: 0 };
    Object.assign(window, { counts });
    const { createComputePipelineAsync, createBuffer } = GPUDevice.prototype;
    GPUDevice.prototype.createComputePipelineAsync = function (...args) {
      counts.pipelines++;
      return createComputePipelineAsync.apply(this, args);
    };
    GPUDevice.prototype.createBuffer = function (...args) {
      counts.buffers++;
      return createBuffer.apply(this, args);
    };
  });
  const distance = () =>
    opened.page.evaluate(async () => {
      const [side] = Reflect.get(window, 'studio').sides;
      const { run } = side.session;
      const [image, start] = [await run.read('last'), run.space.mean];
      return {
        image: Array.from<number>(image.slice(0, 5)),
        size: Math.hypot(...start.slice(0, 5)),
        recipe: run.recipe,
      };
    });
  await opened.page.$eval('#regularize-0-rms', (slider) => {
    (slider as HTMLInputElement).value = '0.02';
    slider.dispatchEvent(new Event('input'));
  });
  const step = Number(await shown(opened, 'step'));
  await afterSteps(opened, step + 5);
  const counts = await opened.page.evaluate(() => ({ ...Reflect.get(window, 'counts') }));
  expect(counts).toEqual({ pipelines: 0, buffers: 0 });
  const { recipe } = await distance();
  expect(recipe.regularize[0]).toEqual({ name: 'ball', rms: 0.02 });
  // What the device recorded: within 0.02 of the start, for pixels from 0 to 1.
  const farthest = await opened.page.evaluate(async () => {
    const [side] = Reflect.get(window, 'studio').sides;
    side.session.stop();
    while (side.session.running) await new Promise((resolve) => setTimeout(resolve, 10));
    side.session.run.run(2);
    const [rows] = await side.session.run.records();
    return rows.at(-1).distance;
  });
  expect(farthest).toBeLessThan(0.0201 * 255 * Math.sqrt(3 * 64 * 64));
  expect(opened.problems).toEqual([]);
});

test('every preset shows its parts, and a control within its range for every number that may change', async () => {
  await using opened = await openPage(PAGE);
  await afterSteps(opened, 1);
  const found = await opened.page.evaluate(() => {
    const [side] = Reflect.get(window, 'studio').sides;
    const select = document.getElementById('preset') as HTMLSelectElement;
    return [...select.options].map(({ value: name }) => {
      select.value = name;
      select.dispatchEvent(new Event('change'));
      const sliders = [...document.querySelectorAll<HTMLInputElement>('#parts .slider input')];
      return {
        name,
        said: document.getElementById('preset-text')?.textContent !== '',
        parts: document.querySelectorAll('#parts .part').length,
        all: ['transforms', 'backward', 'optim', 'regularize']
          .flatMap((place) => side.study[place] ?? [])
          .concat(side.study.objective, side.study.params).length,
        sliders: sliders.length,
        outside: sliders.filter((s) => !(s.valueAsNumber >= Number(s.min) && s.valueAsNumber <= Number(s.max))).length,
        unnamed: sliders.filter((s) => !s.labels?.[0]?.textContent).length,
      };
    });
  });
  expect(found.length).toBeGreaterThan(10);
  for (const { name, said, parts, all, sliders, outside, unnamed } of found) {
    expect({ said, parts, outside, unnamed }, name).toEqual({ said: true, parts: all, outside: 0, unnamed: 0 });
    expect(sliders, name).toBeGreaterThan(0);
  }
  expect(opened.problems).toEqual([]);
});

test('stop and a new seed; the same recipe gives the same bits', async () => {
  await using opened = await openPage(`${PAGE}#unit=fc8:1&preset=5`);
  await afterSteps(opened, 5);
  // Links of earlier versions name presets by number.
  expect(await shown(opened, 'about')).toBe('mini-caffenet · small · seed 0');
  await stop(opened);
  const same = await opened.page.evaluate(async () => {
    const [side] = Reflect.get(window, 'studio').sides;
    while (side.session.running) await new Promise((resolve) => setTimeout(resolve, 10));
    const run = async () => {
      side.session.run.reset();
      side.session.run.run(7);
      await side.session.run.records();
      return side.session.run.read('last');
    };
    const [a, b] = [await run(), await run()];
    return a.length === b.length && a.every((v: number, i: number) => v === b[i]);
  });
  expect(same).toBe(true);
  await opened.page.click('[data-side="a"] [data-do="reseed"]');
  expect(await opened.page.$eval('#seed', (e) => (e as HTMLInputElement).value)).toBe('1');
  expect(opened.page.url()).toMatch(/#net=mini-caffenet&unit=fc8:1&preset=small&seed=1$/);
});

test('two recipes side by side: both grow, the controls are of the one that was chosen, and a link shows both', async () => {
  await using opened = await openPage(`${PAGE}#unit=fc8:4`);
  await afterSteps(opened, 1);
  await opened.page.click('#compare');
  await afterSteps(opened, 3, 'b');
  await opened.page.select('#preset', 'small');
  await opened.page.waitForFunction(
    () => document.querySelector('[data-side="b"] [data-show="about"]')?.textContent?.includes('small'),
    PATIENCE,
  );
  const a = Number(await shown(opened, 'step'));
  await afterSteps(opened, 3, 'b');
  await afterSteps(opened, a + 1);
  expect(await shown(opened, 'about')).toContain('spectrum');
  expect(await opened.page.$('#optim-0-desiredProgress')).not.toBeNull();
  await opened.page.click('#pick-a');
  expect(await opened.page.$('#optim-0-desiredProgress')).toBeNull();
  expect(await opened.page.$eval('#preset', (e) => (e as HTMLSelectElement).value)).toBe('spectrum');
  const url = opened.page.url();
  expect(url).toMatch(
    /unit=fc8:4&preset=spectrum&seed=0&b\.net=mini-caffenet&b\.unit=fc8:4&b\.preset=small&b\.seed=0$/,
  );
  await using again = await openPage(url.slice(new URL(url).origin.length));
  await afterSteps(again, 1, 'b');
  expect(await shown(again, 'title', 'b')).toBe('car');
  expect(opened.problems).toEqual([]);
  expect(again.problems).toEqual([]);
});

test('a saved picture holds its recipe: dropped, it makes the same bits; the history shows it again after a reload', async () => {
  await using opened = await openPage(`${PAGE}#unit=conv4:7&preset=small`);
  await afterSteps(opened, 6);
  await stop(opened);
  const image = () =>
    opened.page.evaluate(async () => {
      const { run } = Reflect.get(window, 'studio').sides[0].session;
      return Array.from<number>(await run.read('last'));
    });
  const before = await image();
  const steps = Number(await shown(opened, 'step'));
  const recipe = JSON.parse(Buffer.from(await savedBy(opened, '#recipe')).toString());
  expect(recipe.about).toEqual({
    convscope: manifest.version,
    model: 'mini-caffenet',
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    adapter: expect.any(String),
    unit: 'conv4:7',
    preset: 'small',
    picture: { snapshot: 'last', contrast: 'auto', stopped: steps },
  });
  const png = await savedBy(opened, '#png');
  expect(recipeOf(Uint8Array.from(png))).toEqual(recipe);
  const film = Uint8Array.from(await savedBy(opened, '#moving'));
  expect(recipeOf(film)).toEqual(recipe);
  const decoded = await opened.page.evaluate(
    async (bytes) => {
      const decoder = new ImageDecoder({ data: Uint8Array.from(bytes), type: 'image/png' });
      await decoder.tracks.ready;
      const frameCount = decoder.tracks.selectedTrack?.frameCount ?? 0;
      const { image } = await decoder.decode({ frameIndex: frameCount - 1 });
      return { frameCount, width: image.displayWidth, longest: image.duration };
    },
    [...film],
  );
  expect(decoded).toEqual({ frameCount: expect.any(Number), width: 256, longest: 1_500_000 });
  expect(decoded.frameCount).toBeGreaterThan(2);
  await opened.page.reload();
  await opened.page.waitForFunction(() => document.querySelectorAll('#made li').length > 0, PATIENCE);
  await afterSteps(opened, 1);
  await opened.page.select('#class', '3');
  await opened.page.click('#made button');
  expect(await shown(opened, 'title')).toBe('conv4:7');
  expect(await shown(opened, 'step')).toBe(String(steps));
  expect(await opened.page.$eval('[data-side="a"] img', (e) => (e as HTMLImageElement).hidden)).toBe(false);
  await opened.page.select('#class', '3');
  await drop(opened, 'saved.png', png);
  await opened.page.waitForFunction(
    (n) => {
      const { session, wanted } = Reflect.get(window, 'studio').sides[0];
      return wanted.unit === 'conv4:7' && session.run?.steps === n && !session.running;
    },
    PATIENCE,
    steps,
  );
  expect(await shown(opened, 'about')).toBe('mini-caffenet · small · seed 0');
  expect(await image()).toEqual(before);
  expect(opened.problems).toEqual([]);
});

test('a file that is no model gives a readable error and the page goes on; of a dead unit there is no picture', async () => {
  await using opened = await openPage(`${PAGE}#preset=small`);
  await afterSteps(opened, 1);
  await drop(opened, 'broken.safetensors', 'this is not a model at all');
  await opened.page.waitForFunction(() => document.getElementById('problem')?.hidden === false);
  expect(await textOf(opened, 'problem')).toMatch(
    /^safetensors: broken\.safetensors is a text that begins 'this is not/,
  );
  await drop(
    opened,
    'net.prototxt',
    'name: "x" input: "data" layer { name: "a" type: "Warp" bottom: "data" top: "a" }',
  );
  await opened.page.waitForFunction(() => document.getElementById('problem')?.textContent?.startsWith('caffe'));
  const step = Number(await shown(opened, 'step'));
  await afterSteps(opened, step + 2);
  await drop(opened, 'dead.prototxt', DEAD);
  await opened.page.waitForFunction(
    () => document.querySelector('[data-side="a"]')?.classList.contains('dead'),
    PATIENCE,
  );
  expect(await shown(opened, 'trouble')).toMatch(/gradient is exactly zero/);
  expect(await opened.page.$eval('canvas.picture', (e) => getComputedStyle(e).visibility)).toBe('hidden');
  expect(opened.problems).toEqual([]);
});

test('a dropped prototxt, a study and a recipe of the toolbox’s method are taken', async () => {
  await using opened = await openPage(`${PAGE}#preset=small`);
  await afterSteps(opened, 1);
  await drop(opened, 'tiny.prototxt', TINY);
  await opened.page.waitForFunction(
    () => document.querySelector('[data-side="a"] [data-show="about"]')?.textContent === 'tiny · small · seed 0',
    PATIENCE,
  );
  expect(await opened.page.$eval('#layer', (e) => (e as HTMLSelectElement).value)).toBe('c');
  await afterSteps(opened, 1);
  const ended = (unit: string) =>
    opened.page.waitForFunction(
      (u) => {
        const { wanted, session } = Reflect.get(window, 'studio').sides[0];
        return wanted.unit === u && session.run?.done && session.run.steps === 5;
      },
      PATIENCE,
      unit,
    );
  const study = await opened.page.evaluate(() => Reflect.get(window, 'studio').sides[0].study);
  await drop(
    opened,
    'study.json',
    JSON.stringify({ ...study, objective: { name: 'neuron', unit: 'c:2:1,1' }, steps: 5 }),
  );
  await ended('c:2:1,1');
  expect(await shown(opened, 'about')).toBe('tiny · own recipe · seed 0');
  await drop(
    opened,
    'recipe.json',
    JSON.stringify({
      method: 'activation-maximization',
      unit: 'c:1:2,2',
      direction: 1,
      seeds: [0],
      steps: 5,
      start: 'mean_plus_rand',
      decay: 0.01,
      blurRadius: 0,
      blurEvery: 0,
      smallValuePercentile: 0,
      smallNormPercentile: 0,
      benefitPercentile: 0,
      contributionPercentile: 0,
      learningRate: { policy: 'constant', lr: 10 },
    }),
  );
  await ended('c:1:2,2');
  expect(await opened.page.$('#regularize-1-amount')).not.toBeNull();
  expect(opened.problems).toEqual([]);
});

test('nothing is cut off on a phone or a desktop, and no rule of accessibility is broken', async () => {
  await using opened = await openPage(PAGE);
  await afterSteps(opened, 5);
  await stop(opened);
  await opened.page.click('#compare');
  await afterSteps(opened, 1, 'b');
  await opened.page.addScriptTag({ path: createRequire(import.meta.url).resolve('axe-core') });
  for (const width of [390, 1280]) {
    await opened.page.setViewport({ width, height: 844 });
    expect(await opened.page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    const violations = await opened.page.evaluate(async () => {
      const { violations: found } = await Reflect.get(window, 'axe').run();
      return found.map((v: { id: string; nodes: { html: string }[] }) => `${v.id}: ${v.nodes[0].html}`);
    });
    expect(violations, `${width} pixels`).toEqual([]);
  }
  expect(opened.problems).toEqual([]);
});

test('a study of phases runs through all of them, with the bits of the library’s own loop', async () => {
  await using opened = await openPage(`${PAGE}#preset=small`);
  await afterSteps(opened, 1);
  await drop(opened, 'tiny.prototxt', TINY);
  await opened.page.waitForFunction(
    () => document.querySelector('[data-side="a"] [data-show="about"]')?.textContent?.startsWith('tiny'),
    PATIENCE,
  );
  const study = await opened.page.evaluate(() => Reflect.get(window, 'studio').sides[0].study);
  const phased = {
    ...study,
    objective: { name: 'neuron', unit: 'c:1:2,2' },
    steps: 4,
    phases: [{ steps: 3, canvas: [24, 30], transforms: [{ name: 'window' }] }],
  };
  await drop(opened, 'phases.json', JSON.stringify(phased));
  await opened.page.waitForFunction(() => Reflect.get(window, 'studio').sides[0].session.steps === 7, PATIENCE);
  expect(await textOf(opened, 'phase')).toBe('phase 2 of 2');
  // As text, so that the page imports the library and not this test.
  const compared = await opened.page.evaluate(`(async () => {
    const { synthesize } = await import('/src/index.ts');
    const { run } = studio.sides[0].session;
    const loop = synthesize(run.plan.context, run.model, ${JSON.stringify(phased)});
    let next = await loop.next();
    while (!next.done) next = await loop.next();
    const [mine, its] = [await run.read('last'), next.value.images];
    return { shape: run.shape, same: mine.length === its.length && mine.every((v, i) => v === its[i]) };
  })()`);
  expect(compared).toEqual({ shape: [1, 3, 24, 30], same: true });
  expect(opened.problems).toEqual([]);
});
