// Takes the pictures of pages in headless Chromium: the toolbox of docs/toolbox.md in each of its modes, with mini-caffenet and with
// GoogLeNet on photographs, and the pages of docs/methods/facets.md and ppgn.md. `npm run docs:toolbox -- [NAME…]` takes all of them, or those whose
// names contain one of the words.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ElementHandle, Page } from 'puppeteer';
import { addressOf, launchChrome, serveRepository } from '../test/support/chrome.js';

const DATA = resolve(import.meta.dirname, '../../shared/data');
const PICTURES = resolve(import.meta.dirname, '../docs/images');

const SIZES = { desktop: [1500, 930], tablet: [1024, 768], phone: [390, 844] } as const;

interface Scene {
  readonly name: string;
  readonly size: keyof typeof SIZES;
  readonly net: 'mini-caffenet' | 'googlenet';
  /** A photograph of the test data. Default: a picture of the world. */
  readonly photo?: string;
  readonly address: string;
  readonly dark?: boolean;
  /** A JavaScript condition that the page must meet first. */
  readonly until: string;
}

const TOP = 'document.querySelectorAll("#projections canvas").length === 9';
const PREFERRED =
  'document.querySelectorAll("#preferred canvas").length === 4 && document.getElementById("preferred-share").textContent === ""';
const SCANNED = 'document.getElementById("top-share").textContent.startsWith("of ")';
const GUESSES = 'document.querySelectorAll("#guesses li").length === 5';
const ALL = [TOP, PREFERRED, SCANNED].join(' && ');
const PATTERNS = 'document.getElementById("pattern-share").textContent === "preferred images"';

const SCENES: readonly Scene[] = [
  {
    name: 'mini-caffenet',
    size: 'desktop',
    net: 'mini-caffenet',
    address: 'layer=conv5&unit=36&picture=13',
    until: ALL,
  },
  {
    name: 'mini-caffenet-photo',
    size: 'desktop',
    net: 'mini-caffenet',
    photo: 'chelsea.png',
    address: 'layer=conv2&unit=21&back=guided',
    until: ALL,
  },
  {
    name: 'mini-caffenet-patterns',
    size: 'tablet',
    net: 'mini-caffenet',
    address: 'layer=conv1&unit=5&shown=patterns&back=deconv&unitPane=false',
    until: PATTERNS,
  },
  {
    name: 'mini-caffenet-differences',
    size: 'tablet',
    net: 'mini-caffenet',
    address: 'layer=conv4&unit=5&shown=differences&frozen=fc8:2&picture=4',
    dark: true,
    until: GUESSES,
  },
  {
    name: 'mini-caffenet-overlay',
    size: 'phone',
    net: 'mini-caffenet',
    address: 'layer=conv5&unit=17&overlay=true&picture=4',
    until: ALL,
  },
  {
    name: 'mini-caffenet-attribution',
    size: 'tablet',
    net: 'mini-caffenet',
    address: 'layer=fc8&unit=12&picture=13&attribution=guidedGradCam&back=guided&filter=norm&unitPane=false',
    until: 'document.getElementById("attribution-words").textContent.includes(": ")',
  },
  {
    name: 'googlenet-gradient',
    size: 'desktop',
    net: 'googlenet',
    photo: 'chelsea.png',
    address: 'layer=inception_4a/output&unit=360&back=gradient&unitPane=false',
    until: GUESSES,
  },
  {
    name: 'googlenet-deconv',
    size: 'desktop',
    net: 'googlenet',
    photo: 'astronaut.png',
    address: 'layer=conv2/3x3&unit=44&back=deconv&colormap=magma&unitPane=false',
    dark: true,
    until: GUESSES,
  },
  {
    name: 'googlenet-normblur',
    size: 'tablet',
    net: 'googlenet',
    photo: 'coffee.png',
    address: 'layer=loss3/classifier&unit=967&back=guided&filter=normblur&zoom=back&unitPane=false',
    until: GUESSES,
  },
  {
    name: 'googlenet-phone',
    size: 'phone',
    net: 'googlenet',
    photo: 'rocket.jpg',
    address: 'layer=inception_3b/output&unit=50&overlay=true&unitPane=false',
    until: GUESSES,
  },
];

/** GoogLeNet as its authors publish it: weights, text, and the names of its classes. */
const GOOGLENET = ['googlenet/deploy.prototxt', 'googlenet/bvlc_googlenet.caffemodel', 'labels/synset_words.txt'];
const IMAGENET = { order: 'bgr', mean: [104, 117, 123], scale: 1, fit: 'crop' } as const;
/** A net on a CPU adapter is slow. */
const PATIENCE = 900_000;

export async function main(words: string[]): Promise<void> {
  const isWanted = (name: string) => words.length === 0 || words.some((word) => name.includes(word));
  const chosen = SCENES.filter(({ name }) => isWanted(name));
  const server = await serveRepository();
  const browser = await launchChrome();
  try {
    for (const scene of chosen) {
      const needs = [...(scene.net === 'googlenet' ? GOOGLENET : []), ...(scene.photo ? [photoOf(scene.photo)] : [])];
      const missing = needs.filter((file) => !existsSync(resolve(DATA, file)));
      if (missing.length > 0) {
        console.log(`${scene.name}: left out, ${missing.join(', ')} is not in ${DATA}`);
        continue;
      }
      const page = await browser.newPage();
      await take(page, scene, `${addressOf(server)}/examples/toolbox/index.html`);
      await page.close();
    }
    if (isWanted(FACETS)) await takeFacets(await browser.newPage(), `${addressOf(server)}/examples/facets/index.html`);
    if (isWanted(SAMPLES)) await takeSamples(await browser.newPage(), `${addressOf(server)}/examples/ppgn/index.html`);
  } finally {
    await browser.close();
    await server.close();
  }
}

const FACETS = 'facets-page';

/** The facets of markets, when all have grown, with one picture enlarged. */
async function takeFacets(page: Page, url: string): Promise<void> {
  await page.setViewport({ width: 1280, height: 800 });
  await page.goto(`${url}#unit=fc8:19`);
  const grown =
    'document.querySelector(".card") && [...document.querySelectorAll("[data-do=grow]")].every((button) => button.disabled)';
  await page.waitForFunction(grown, { timeout: PATIENCE, polling: 500 });
  const map = await page.$('#map');
  const box = await map?.boundingBox();
  if (!box) throw new Error('the page shows no map');
  const [x, y]: [number, number] = await page.evaluate(() => Reflect.get(window, 'facets').map.placeOf(4));
  await page.mouse.move(box.x + x, box.y + y);
  await page.waitForSelector('#peek:not([hidden])');
  const path = resolve(PICTURES, `${FACETS}.webp`);
  await page.screenshot({ path, type: 'webp', quality: 88 });
  console.log(path);
}

const SAMPLES = 'ppgn-page';

/** Four chains on their way from pictures to fishes, with three images in each film strip. */
async function takeSamples(page: Page, url: string): Promise<void> {
  await page.setViewport({ width: 1280, height: 1080 });
  await page.goto(`${url}#want=fish&start=7&e2=30`);
  const filmed = 'document.querySelectorAll(".film button").length >= 12';
  await page.waitForFunction(filmed, { timeout: PATIENCE, polling: 100 });
  await page.click('#walk');
  await page.waitForFunction('!ppgn.chains.running');
  const path = resolve(PICTURES, `${SAMPLES}.webp`);
  await page.screenshot({ path, type: 'webp', quality: 88 });
  console.log(path);
}

const photoOf = (name: string): string => `images/${name}`;

async function take(page: Page, { name, size, net, photo, address, dark, until }: Scene, url: string): Promise<void> {
  const began = performance.now();
  const [width, height] = SIZES[size];
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]);
  await page.goto(`${url}#${address}&resolution=full`);
  const wait = (condition: string) => page.waitForFunction(condition, { timeout: PATIENCE, polling: 500 });
  await wait(GUESSES);
  if (net === 'googlenet') {
    await upload(page, 'net-files', GOOGLENET);
    await wait('toolbox.state().model.toLowerCase() === "googlenet"');
    await page.evaluate(
      (preprocessing) => Reflect.get(window, 'toolbox').tell({ type: 'preprocessing', preprocessing }),
      IMAGENET,
    );
    const view = Object.fromEntries(new URLSearchParams(address));
    await page.evaluate((next) => Reflect.get(window, 'toolbox').change(next), {
      ...view,
      unit: Number(view.unit),
      unitPane: false,
    });
  }
  if (photo) {
    await page.evaluate(() => document.getElementById('guesses')?.replaceChildren());
    await upload(page, 'picture-files', [photoOf(photo)]);
    await wait(GUESSES);
  }
  await wait(until);
  // The last frame may still be on its way to the canvas.
  await new Promise((done) => setTimeout(done, net === 'googlenet' ? 20_000 : 2000));
  const path = resolve(PICTURES, `toolbox-${name}.webp`);
  await page.screenshot({ path, type: 'webp', quality: 88 });
  console.log(`${path}: ${((performance.now() - began) / 1000).toFixed(0)} s`);
}

async function upload(page: Page, id: string, files: readonly string[]): Promise<void> {
  const input = (await page.$(`#${id}`)) as ElementHandle<HTMLInputElement> | null;
  await input?.uploadFile(...files.map((file) => resolve(DATA, file)));
}
