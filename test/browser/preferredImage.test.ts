// The preferred-image page in a real browser: it grows a picture by itself, obeys its controls and reproduces its runs.
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { recipeOf } from '../../src/core/pngRecipe.js';
import { readRecipe } from '../../src/methods/readRecipe.js';
import { openPage, type TestPage } from '../support/browser.js';

const PAGE = '/examples/preferred-image/index.html';

/** Waits until the run has taken `steps` steps. */
async function afterSteps(opened: TestPage, steps: number): Promise<void> {
  await opened.page.waitForFunction(
    (n) => Number(document.getElementById('step')?.textContent) >= n,
    { timeout: 60_000 },
    steps,
  );
}

/** Chooses a preset and waits for the run that follows it: the page shows the old run until the new one is compiled. */
async function choosePreset(opened: TestPage, preset: string): Promise<void> {
  await opened.page.evaluate(() => {
    const { session } = Reflect.get(window, 'convscope');
    Reflect.set(window, 'before', session.ascent);
  });
  await opened.page.select('#preset', preset);
  await opened.page.waitForFunction(
    () => {
      const { ascent } = Reflect.get(window, 'convscope').session;
      return ascent !== undefined && ascent !== Reflect.get(window, 'before') && ascent.steps > 0;
    },
    { timeout: 60_000 },
  );
}

const textOf = (opened: TestPage, id: string) =>
  opened.page.evaluate((i) => document.getElementById(i)?.textContent ?? '', id);

test('a picture grows by itself: the objective rises and the canvas is not one colour', async () => {
  await using opened = await openPage(PAGE);
  await afterSteps(opened, 2);
  const early = Number(await textOf(opened, 'objective'));
  await afterSteps(opened, 25);
  expect(Number(await textOf(opened, 'best'))).toBeGreaterThan(early);
  expect(await textOf(opened, 'net')).toMatch(/^mini-caffenet: 14 layers, 0\.6 M parameters$/);
  expect(await textOf(opened, 'label')).toBe('house');
  expect(await opened.page.$$eval('#world canvas', (all) => all.length)).toBe(6);
  const colours = await opened.page.evaluate(() => {
    const canvas = document.querySelector('canvas');
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
  await afterSteps(opened, 3);
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
    const slider = document.getElementById('decay');
    if (slider instanceof HTMLInputElement) {
      slider.value = '4.6';
      slider.dispatchEvent(new Event('input'));
    }
  });
  const step = Number(await textOf(opened, 'step'));
  await afterSteps(opened, step + 10);
  const { counts, recipe, norm } = await opened.page.evaluate(async () => {
    const { session } = Reflect.get(window, 'convscope');
    // Before reading the image, which makes its staging buffer.
    const counts = { ...Reflect.get(window, 'counts') };
    const image: Float32Array = await session.ascent.read('last');
    return {
      counts,
      recipe: session.ascent.recipe,
      norm: Math.hypot(...image.slice(0, 4096)),
    };
  });
  expect(counts).toEqual({ pipelines: 0, buffers: 0 });
  expect(recipe.decay).toBeGreaterThan(0.3);
  // Forty percent off at every step leaves little.
  expect(norm).toBeLessThan(1000);
  expect(opened.problems).toEqual([]);
});

test('stop, reset and seed; the same recipe gives the same bits', async () => {
  await using opened = await openPage(PAGE);
  await afterSteps(opened, 2);
  await opened.page.click('#start');
  const same = await opened.page.evaluate(async () => {
    const { session } = Reflect.get(window, 'convscope');
    while (session.running) await new Promise((resolve) => setTimeout(resolve, 10));
    const run = async () => {
      session.ascent.reset();
      session.ascent.run(7);
      await session.ascent.records();
      return session.ascent.read('last');
    };
    const [a, b] = [await run(), await run()];
    return a.length === b.length && a.every((v: number, i: number) => v === b[i]);
  });
  expect(same).toBe(true);
  const before = await opened.page.$eval('#seed', (e) => (e instanceof HTMLInputElement ? e.value : ''));
  await opened.page.click('#reseed');
  const after = await opened.page.$eval('#seed', (e) => (e instanceof HTMLInputElement ? e.value : ''));
  expect([before, after]).toEqual(['0', '1']);
  expect(opened.page.url()).toContain('seed=1');
});

test('a file that is no model gives a readable error and the page goes on', async () => {
  await using opened = await openPage(PAGE);
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
  await opened.page.click('#start');
  await afterSteps(opened, 2);
  expect(opened.problems).toEqual([]);
});

test('of a unit that no start wakes there is no picture, and the page says so', async () => {
  await using opened = await openPage(PAGE);
  await afterSteps(opened, 1);
  await drop(
    opened,
    'dead.prototxt',
    `name: "dead" input: "data" input_dim: 1 input_dim: 3 input_dim: 20 input_dim: 24
     layer { name: "shut" type: "Power" bottom: "data" top: "shut" power_param { scale: 0 shift: -1 } }
     layer { name: "relu" type: "ReLU" bottom: "shut" top: "relu" }`,
  );
  await opened.page.waitForFunction(() => document.body.classList.contains('dead'));
  expect(await textOf(opened, 'problem')).toMatch(/gradient is exactly zero/);
  expect(await opened.page.$eval('#canvas', (e) => getComputedStyle(e).visibility)).toBe('hidden');
  expect(opened.problems).toEqual([]);
});

test('a dropped prototxt and a dropped recipe are taken', async () => {
  await using opened = await openPage(PAGE);
  await afterSteps(opened, 1);
  await drop(
    opened,
    'tiny.prototxt',
    `name: "tiny" input: "data" input_dim: 1 input_dim: 3 input_dim: 20 input_dim: 24
     layer { name: "c" type: "Pooling" bottom: "data" top: "c" pooling_param { pool: AVE kernel_size: 5 } }`,
  );
  await opened.page.waitForFunction(() => document.getElementById('net')?.textContent?.startsWith('tiny'));
  expect(await opened.page.$eval('#layer', (e) => (e instanceof HTMLSelectElement ? e.value : ''))).toBe('c');
  const recipe = await opened.page.evaluate(() => {
    const { session } = Reflect.get(window, 'convscope');
    return { ...session.ascent.recipe, unit: 'c:2:1,1', steps: 5 };
  });
  await drop(opened, 'recipe.json', JSON.stringify(recipe));
  // The run before goes on until the recipe is taken, and may itself stand at step 5: wait for the recipe's own end.
  await opened.page.waitForFunction(() => {
    const { ascent } = Reflect.get(window, 'convscope').session;
    return ascent?.recipe.unit === 'c:2:1,1' && ascent.done;
  });
  await opened.page.waitForFunction(() => document.getElementById('step')?.textContent === '5');
  expect(opened.problems).toEqual([]);
});

/** Drops a text file on the page. */
async function drop(opened: TestPage, name: string, content: string): Promise<void> {
  await opened.page.evaluate(
    (fileName, text) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], fileName));
      document.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, cancelable: true }));
    },
    name,
    content,
  );
}

test('the rate’s slider stands where its recipe is, whatever the policy, and changes what the policy leaves open', async () => {
  await using opened = await openPage(`${PAGE}#unit=fc8:1&preset=5`);
  await afterSteps(opened, 2);
  const rate = () =>
    opened.page.evaluate(() => {
      const slider = document.getElementById('rate');
      if (!(slider instanceof HTMLInputElement)) throw new Error('no slider');
      const { min, max, valueAsNumber } = slider;
      const { learningRate } = Reflect.get(window, 'convscope').session.ascent.recipe;
      return {
        least: Number(min),
        most: Number(max),
        at: valueAsNumber,
        words: slider.labels?.[0].textContent,
        learningRate,
      };
    });
  for (const preset of await opened.page.$$eval('#preset option', (all) =>
    all.map((o) => (o as HTMLOptionElement).value),
  )) {
    await choosePreset(opened, preset);
    const { least, most, at } = await rate();
    expect(at, `preset ${preset}`).toBeGreaterThan(least);
    expect(at, `preset ${preset}`).toBeLessThan(most);
  }
  await choosePreset(opened, '5');
  const { words, learningRate } = await rate();
  expect(learningRate.policy).toBe('progress');
  expect(words).toMatch(/^rise per step/);
  await opened.page.$eval('#rate', (slider) => {
    (slider as HTMLInputElement).value = '3';
    slider.dispatchEvent(new Event('input'));
  });
  expect((await rate()).learningRate).toMatchObject({ ...learningRate, desiredProgress: 10 });
  expect(opened.problems).toEqual([]);
});

test('sliders come from the library’s parts: each number that may change, `off` at 0, and what belongs together goes on together', async () => {
  await using opened = await openPage(`${PAGE}#unit=fc8:1&preset=2`);
  await afterSteps(opened, 2);
  const sliders = () =>
    opened.page.$$eval('.slider', (rows) =>
      rows.map((row) => [
        row.querySelector('input')?.id,
        row.querySelector('span')?.textContent,
        row.querySelector('output')?.value,
      ]),
    );
  expect(await sliders()).toEqual([
    ['decay', 'L2 decay', '0.3'],
    ['blurRadius', 'blur radius', 'off'],
    ['blurEvery', 'blur every', 'off'],
    ['smallValuePercentile', 'clip small values', 'off'],
    ['smallNormPercentile', 'clip small norm', '20 %'],
    ['benefitPercentile', 'clip small benefit', 'off'],
    ['contributionPercentile', 'clip small contribution', 'off'],
    ['rate', 'learning rate', '100'],
  ]);
  await opened.page.$eval('#blurRadius', (slider) => {
    (slider as HTMLInputElement).value = '0.5';
    slider.dispatchEvent(new Event('input'));
  });
  expect((await sliders()).slice(1, 3)).toEqual([
    ['blurRadius', 'blur radius', '0.5 px'],
    ['blurEvery', 'blur every', '4 steps'],
  ]);
  const { blurRadius, blurEvery } = await opened.page.evaluate(
    () => Reflect.get(window, 'convscope').session.ascent.recipe,
  );
  expect([blurRadius, blurEvery]).toEqual([0.5, 4]);
  await opened.page.$eval('#decay', (slider) => {
    (slider as HTMLInputElement).value = '0';
    slider.dispatchEvent(new Event('input'));
  });
  expect((await sliders())[0]).toEqual(['decay', 'L2 decay', 'off']);
  expect(opened.problems).toEqual([]);
});

test('a downloaded recipe names the version, the model with its fingerprint, and the adapter; a picture carries it', async () => {
  await using opened = await openPage(PAGE);
  await afterSteps(opened, 2);
  const downloaded = (button: string) =>
    opened.page.evaluate(async (id) => {
      const content = new Promise<Blob>((resolve) => {
        const { createObjectURL } = URL;
        URL.createObjectURL = (blob: Blob) => {
          URL.createObjectURL = createObjectURL;
          resolve(blob);
          return createObjectURL(blob);
        };
      });
      document.getElementById(id)?.click();
      return Array.from(new Uint8Array(await (await content).arrayBuffer()));
    }, button);
  const about = {
    convscope: manifest.version,
    model: 'mini-caffenet',
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    adapter: expect.any(String),
  };
  const recipe = JSON.parse(new TextDecoder().decode(Uint8Array.from(await downloaded('recipe'))));
  expect(recipe.about).toEqual(about);
  const carried = recipeOf(Uint8Array.from(await downloaded('png')));
  expect(carried).toMatchObject({
    unit: recipe.unit,
    seeds: [recipe.seeds[0]],
    about: { ...about, picture: { snapshot: 'last', contrast: 'auto' } },
  });
  expect(readRecipe(carried).unit).toBe(recipe.unit);
  expect(opened.problems).toEqual([]);
});
