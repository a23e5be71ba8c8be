// The toolbox's nets in a real browser: downloads, what is kept of them, the person's own files, and their preprocessing.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ToolboxState } from '../../examples/toolbox/state.js';
import { importCaffe, writeSafetensors } from '../../src/importers/index.js';
import { openPage, type TestPage } from '../support/browser.js';
import { type FileServer, serveFiles } from '../support/fileServer.js';
import { computing } from '../support/toolbox.js';

const PAGE = '/examples/toolbox/index.html';
/** Compiling a net's shaders on a busy CPU takes a while. */
const TIMEOUT = 90_000;

/** A small net that does not say how pixels become its input. Its weights stand for trained ones. */
const smallNet = (name: string, classes: number) => {
  const { seeded: _, ...model } = importCaffe(
    `name: "${name}" input: "data" input_dim: 1 input_dim: 3 input_dim: 24 input_dim: 24
       layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1" convolution_param { num_output: 8 kernel_size: 5 stride: 2 } }
       layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
       layer { name: "conv2" type: "Convolution" bottom: "conv1" top: "conv2" convolution_param { num_output: 8 kernel_size: 3 } }
       layer { name: "fc" type: "InnerProduct" bottom: "conv2" top: "fc" inner_product_param { num_output: ${classes} } }
       layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }`,
    undefined,
    { seededWeights: 3 },
  );
  return writeSafetensors(model);
};
const TINY = smallNet('tiny', 6);
const LABELS = new TextEncoder().encode('ant\nbee\ncat\ndog\neel\nfox\n');
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** A zoo of one net. */
const zooAt = (server: FileServer, hash = sha256(TINY)) => [
  {
    name: 'zoo-net',
    title: 'Zoo net',
    about: 'a test net',
    licence: 'MIT',
    source: 'https://example.org/',
    files: [
      { name: 'tiny.safetensors', url: `${server.origin}/tiny.safetensors`, bytes: TINY.length, sha256: hash },
      { name: 'labels.txt', url: `${server.origin}/labels.txt`, bytes: LABELS.length, sha256: sha256(LABELS) },
    ],
    preprocessing: { order: 'bgr', mean: [104, 117, 123], scale: 0.01 },
  },
];

const until = (opened: TestPage, condition: string) => opened.page.waitForFunction(condition, { timeout: TIMEOUT });
const stateOf = (opened: TestPage) => opened.page.evaluate('toolbox.state()') as Promise<ToolboxState>;
const textOf = (opened: TestPage, selector: string) => opened.page.$eval(selector, (e) => e.textContent ?? '');
const shows = (opened: TestPage, net: string) =>
  until(
    opened,
    `document.getElementById('net').textContent.startsWith('${net} ·') && document.querySelectorAll('#guesses li').length > 0`,
  );
const isHidden = (opened: TestPage, selector: string) =>
  opened.page.$eval(selector, (e) => e instanceof HTMLElement && e.hidden);
const press = (opened: TestPage, label: string) =>
  opened.page.$eval(`[aria-label="${label}"]`, (b) => (b as HTMLElement).click());
/** What went wrong on the page, apart from asking the zoo's server. */
const problemsOf = ({ problems }: TestPage, server?: FileServer) =>
  problems.filter((problem) => !server || !problem.includes(server.origin));

/** Opens the page with an empty store and this zoo. */
async function openToolbox(address: string, zoo: unknown): Promise<TestPage> {
  const opened = await openPage('/test/browser/pages/blank.html');
  const { page } = opened;
  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    await root.removeEntry('nets', { recursive: true }).catch(() => undefined);
  });
  await page.evaluateOnNewDocument((manifest) => {
    const { fetch } = window;
    window.fetch = (input, init) =>
      String(input).includes('zoo.json') ? Promise.resolve(new Response(manifest)) : fetch(input, init);
  }, JSON.stringify(zoo));
  await page.goto(new URL(page.url()).origin + PAGE + computing(address));
  await until(opened, 'document.querySelectorAll("#guesses li").length > 0');
  return opened;
}

/** Names of the files in the browser's store. */
const keptIn = (opened: TestPage) =>
  opened.page.evaluate(async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('nets', { create: true });
    const names: string[] = [];
    for await (const name of folder.keys()) names.push(name);
    return names.sort();
  });

/** Drops files on the page, as a person does. */
const drop = (opened: TestPage, ...files: { name: string; bytes: Uint8Array }[]) =>
  opened.page.evaluate(
    (dropped) => {
      const transfer = new DataTransfer();
      for (const { name, bytes } of dropped) transfer.items.add(new File([new Uint8Array(bytes)], name));
      document.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true }));
    },
    files.map(({ name, bytes }) => ({ name, bytes: Array.from(bytes) })),
  );

/** Takes the probabilities away and has the same picture computed once more, so that those that come are the open net's. */
async function computeAnew(opened: TestPage): Promise<void> {
  await opened.page.$eval('#guesses', (list) => {
    list.replaceChildren();
  });
  await opened.page.evaluate('toolbox.tell({ type: "state", state: toolbox.state(), net: toolbox.net().id })');
}

/** The probabilities once they have come and settled, in the order of the classes' names. */
async function settledGuesses(opened: TestPage): Promise<string> {
  await until(opened, 'document.querySelectorAll("#guesses li").length > 0');
  const read = () =>
    opened.page.$$eval('#guesses li', (items) =>
      items
        .map((item) => item.textContent ?? '')
        .sort()
        .join(' '),
    );
  let last = await read();
  for (let same = 0; same < 3; ) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const now = await read();
    same = now === last ? same + 1 : 0;
    last = now;
  }
  return last;
}

describe('the zoo', () => {
  test('a net is downloaded with progress, kept, and opened again without its server', async () => {
    const server = await serveFiles({ 'tiny.safetensors': TINY, 'labels.txt': LABELS }, { pause: 150 });
    await using opened = await openToolbox('#back=off', zooAt(server));
    await opened.page.keyboard.press('N');
    expect(await textOf(opened, '#nets-zoo li')).toMatch(/Zoo net.*MIT.*kB/);
    await press(opened, 'Download and open: Zoo net');
    await until(opened, '(([p]) => p.value > 0 && p.value < p.max)(document.querySelectorAll("#nets-zoo progress"))');
    await until(
      opened,
      '/ of .* kB · \\d+ % · \\d+ s left/.test(document.querySelector("#nets-zoo .transfer").textContent)',
    );
    await shows(opened, 'zoo-net');
    expect((await stateOf(opened)).nets).toBe(false);
    expect(opened.page.url()).toContain('model=zoo-net');
    await until(opened, '/ant|bee|cat|dog|eel|fox/.test(document.getElementById("guesses").textContent)');
    expect(await keptIn(opened)).toEqual([sha256(TINY), sha256(LABELS)].sort());
    expect(server.requests).toEqual(['/tiny.safetensors', '/labels.txt']);
    await server[Symbol.asyncDispose]();

    await opened.page.reload();
    await shows(opened, 'zoo-net');
    expect(await textOf(opened, '#problem')).toBe('');
    await opened.page.keyboard.press('N');
    await until(opened, 'document.querySelector("#nets-zoo .mark").textContent === "open now · kept: works offline"');
    await press(opened, 'Remove: Zoo net');
    await until(opened, '!document.querySelector(\'[aria-label="Download and open: Zoo net"]\').hidden');
    expect(await keptIn(opened)).toEqual([]);
    expect(problemsOf(opened, server)).toEqual([]);
  });

  test('a file with another hash is refused by name, and nothing is kept of it', async () => {
    await using server = await serveFiles({ 'tiny.safetensors': TINY, 'labels.txt': LABELS });
    const other = sha256(LABELS);
    await using opened = await openToolbox('#back=off', zooAt(server, other));
    await opened.page.keyboard.press('N');
    await press(opened, 'Download and open: Zoo net');
    await until(opened, '!document.querySelector("#nets-zoo .warning").hidden');
    const words = await textOf(opened, '#nets-zoo .warning');
    expect(words).toContain(
      `tiny.safetensors is not the file that was expected: its SHA-256 must be ${other}, it is ${sha256(TINY)}.`,
    );
    expect(await keptIn(opened)).toEqual([]);
    expect(await textOf(opened, '#net')).toMatch(/^mini-caffenet/);
    expect(problemsOf(opened, server)).toEqual([]);
  });

  test('a download that was cancelled goes on from where it was', async () => {
    await using server = await serveFiles({ 'tiny.safetensors': TINY, 'labels.txt': LABELS });
    server.stallAfter = TINY.length / 2;
    await using opened = await openToolbox('#back=off', zooAt(server));
    await opened.page.keyboard.press('N');
    await press(opened, 'Download and open: Zoo net');
    await until(opened, `document.querySelector("#nets-zoo progress").value >= ${TINY.length / 2}`);
    await press(opened, 'Cancel: Zoo net');
    await until(opened, 'document.querySelector("#nets-zoo progress").hidden');
    expect(await opened.page.$eval('#nets-zoo .warning', (e) => (e as HTMLElement).hidden)).toBe(true);
    expect(await keptIn(opened)).toEqual([`${sha256(TINY)}.part`]);
    server.stallAfter = undefined;
    await press(opened, 'Download and open: Zoo net');
    await shows(opened, 'zoo-net');
    expect(server.requests[1]).toMatch(/^\/tiny\.safetensors bytes=\d+-$/);
    expect(await keptIn(opened)).toEqual([sha256(TINY), sha256(LABELS)].sort());
    expect(problemsOf(opened, server)).toEqual([]);
  });

  test('an address opens the dialog on a net that is not here yet, then the view of it; of an unknown one is said what there is', async () => {
    await using server = await serveFiles({ 'tiny.safetensors': TINY, 'labels.txt': LABELS });
    await using opened = await openToolbox('#model=zoo-net&layer=conv1&unit=5&back=off', zooAt(server));
    await until(opened, 'document.getElementById("nets").open');
    expect(server.requests).toEqual([]);
    await shows(opened, 'mini-caffenet');
    // Another net is there meanwhile; the link, and what the dialog offers, are still those of the one that was asked for.
    expect(opened.page.url()).toContain('#model=zoo-net&layer=conv1&unit=5&back=off');
    expect(await textOf(opened, '#nets-awaited')).toMatch(/This link shows Zoo net.*Download Zoo net/s);
    expect(await opened.page.evaluate(() => document.activeElement?.id)).toBe('nets-awaited-download');
    server.stallAfter = TINY.length / 2;
    await opened.page.click('#nets-awaited-download');
    await until(opened, `document.querySelector("#nets-zoo progress").value >= ${TINY.length / 2}`);
    // Not with the pointer: what a download shows grows the dialog, and a click may land beside the button that moved.
    await opened.page.$eval('#nets-close', (e) => (e as HTMLElement).click());
    await until(opened, '!document.getElementById("nets").open');
    await opened.page.keyboard.press('t');
    expect(opened.page.url()).toContain('#model=zoo-net&layer=conv1&unit=5&back=off');
    await opened.page.keyboard.press('N');
    await until(opened, 'document.getElementById("nets").open');
    await press(opened, 'Cancel: Zoo net');
    await until(opened, 'document.querySelector("#nets-zoo progress").hidden');
    server.stallAfter = undefined;
    await press(opened, 'Download and open: Zoo net');
    await shows(opened, 'zoo-net');
    expect(await stateOf(opened)).toMatchObject({ model: 'zoo-net', layer: 'conv1', unit: 5 });
    await opened.page.evaluate(() => {
      location.hash = '#model=nonsense&back=off';
    });
    await until(opened, '!document.getElementById("problem").hidden');
    expect(await textOf(opened, '#problem')).toMatch(
      /^There is no net 'nonsense' here\. Built in: mini-caffenet.*Zoo: zoo-net\. Recent: none\.$/,
    );
    expect((await stateOf(opened)).model).toBe('zoo-net');
    expect(problemsOf(opened, server)).toEqual([]);
  });
});

describe('own files', () => {
  test('the dialog that is closed and opened again at once stays open', async () => {
    await using server = await serveFiles({});
    await using opened = await openToolbox('#back=off', zooAt(server));
    const stays = await opened.page.evaluate(async () => {
      const dialog = document.getElementById('nets') as HTMLDialogElement;
      const key = () => document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'N', bubbles: true }));
      key();
      await new Promise(requestAnimationFrame);
      // The browser tells that it was closed only once this is done, when it is open again.
      document.getElementById('nets-close')?.click();
      key();
      await new Promise((resolve) => setTimeout(resolve, 300));
      return dialog.open;
    });
    expect(stays).toBe(true);
    expect((await stateOf(opened)).nets).toBe(true);
  });

  test('a net of two classes leaves none of the five guesses before it', async () => {
    await using opened = await openToolbox('#back=off', []);
    await until(opened, 'document.querySelectorAll("#guesses li").length === 5');
    await drop(opened, { name: 'either.safetensors', bytes: smallNet('either', 2) });
    await shows(opened, 'either');
    expect(await opened.page.$$eval('#guesses li', (items) => items.length)).toBe(2);
    expect(problemsOf(opened)).toEqual([]);
  });

  test('a net that was dropped is asked its preprocessing, and is there with it after a reload', async () => {
    await using opened = await openToolbox('#back=off', []);
    await drop(opened, { name: 'mine.safetensors', bytes: TINY });
    await shows(opened, 'tiny');
    expect(await textOf(opened, '#ask')).toMatch(/^tiny does not say how pixels become its input/);
    expect(await isHidden(opened, '#guesses')).toBe(true);
    await computeAnew(opened);
    const before = await settledGuesses(opened);

    await opened.page.select('#ask select', 'other');
    expect(await opened.page.$eval('#preprocessing', (d) => d instanceof HTMLDialogElement && d.open)).toBe(true);
    await opened.page.select('#preprocessing-preset', '1');
    expect(await opened.page.$eval('#preprocessing-mean-0', (i) => (i as HTMLInputElement).value)).toBe('123.675');
    await opened.page.$eval('#preprocessing-scale-1', (i) => {
      (i as HTMLInputElement).value = '0';
    });
    await opened.page.click('#preprocessing-form [type=submit]');
    expect(await textOf(opened, '#preprocessing-problems')).toBe(
      "Scale of G must be other than 0, which would make every picture the same, it is '0'.",
    );
    await opened.page.$eval('#preprocessing-scale-1', (i) => {
      (i as HTMLInputElement).value = '1/57.12';
    });
    await opened.page.click('#preprocessing-form [type=submit]');
    await until(opened, 'document.getElementById("ask").hidden');
    expect(await isHidden(opened, '#guesses')).toBe(false);
    await computeAnew(opened);
    const after = await settledGuesses(opened);
    expect(after).not.toBe(before);

    await drop(opened, { name: 'animals.txt', bytes: LABELS });
    await until(opened, '/ant|bee|cat/.test(document.getElementById("guesses").textContent)');
    await opened.page.reload();
    await shows(opened, 'tiny');
    expect(opened.page.url()).toContain('model=tiny');
    expect(await textOf(opened, '#problem')).toBe('');
    await until(opened, '/ant|bee|cat/.test(document.getElementById("guesses").textContent)');
    const again = await settledGuesses(opened);
    expect(again).toMatch(/ant|bee|cat/);
    const numbers = (guesses: string) => [...guesses.matchAll(/0\.\d{3}/g)].map(([n]) => n).sort();
    expect(numbers(again)).toEqual(numbers(after));

    await opened.page.keyboard.press('N');
    expect(await textOf(opened, '#nets-recent li')).toMatch(
      /tiny.*open now.*mine\.safetensors, animals\.txt .*with your preprocessing/,
    );
    await press(opened, 'Remove: tiny');
    await until(opened, 'document.getElementById("nets-recents").hidden');
    expect(await keptIn(opened)).toEqual(['recents.json']);
    expect(opened.problems).toEqual([]);
  });

  test('a usual way to preprocess is chosen beside the question, and the probabilities come', async () => {
    await using opened = await openToolbox('#back=off&unitPane=false', []);
    await drop(opened, { name: 'mine.safetensors', bytes: TINY });
    await shows(opened, 'tiny');
    expect(await isHidden(opened, '#guesses')).toBe(true);
    // All of the question is in its column.
    const [question, column] = await opened.page.$$eval('#ask, #guesses', ([ask]) =>
      [ask, ask.parentElement].map((e) => e?.getBoundingClientRect().right ?? 0),
    );
    expect(question).toBeLessThanOrEqual(column + 0.5);
    await opened.page.select('#ask select', '2');
    await until(opened, 'document.getElementById("ask").hidden');
    expect(await isHidden(opened, '#guesses')).toBe(false);
    expect(await opened.page.evaluate(() => Reflect.get(window, 'toolbox').net().preprocessing.scale)).toBe(1 / 255);
    expect(opened.problems).toEqual([]);
  });

  test('a net’s text without weights is opened only where asked, and then everything says so', async () => {
    const text = new TextEncoder().encode(
      `name: "bare" input: "data" input_dim: 1 input_dim: 3 input_dim: 24 input_dim: 24
       layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1" convolution_param { num_output: 8 kernel_size: 5 } }
       layer { name: "fc" type: "InnerProduct" bottom: "conv1" top: "fc" inner_product_param { num_output: 5 } }
       layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }`,
    );
    await using opened = await openToolbox('#back=off&unitPane=false', []);
    await drop(opened, { name: 'bare.prototxt', bytes: text });
    await until(opened, 'document.getElementById("problem").textContent.startsWith("bare has no weights")');
    expect(await textOf(opened, '#net')).toMatch(/^mini-caffenet/);
    expect(await opened.page.$$eval('.pane', ([pane]) => getComputedStyle(pane, '::after').content)).toBe('none');
    await opened.page.$$eval('#problem button', ([button]) => (button as HTMLElement).click());
    await until(opened, 'document.getElementById("net").textContent.startsWith("bare ·")');
    expect(await textOf(opened, '#net')).toContain('seeded weights, not trained');
    await until(opened, 'document.getElementById("layer-name").textContent.startsWith("conv1")');
    expect(await textOf(opened, '#guesses')).toBe('');
    const marks = await opened.page.$$eval('main .pane', (panes) =>
      panes.map((pane) => getComputedStyle(pane, '::after').content),
    );
    expect(new Set(marks)).toEqual(new Set(['"seeded weights, not trained"']));
    expect(await isHidden(opened, '#ask')).toBe(true);
    // It has learned nothing, and is not kept.
    expect((await keptIn(opened)).filter((name) => name !== 'recents.json')).toEqual([]);
    // A trained net takes the mark away.
    await drop(opened, { name: 'mine.safetensors', bytes: TINY });
    await shows(opened, 'tiny');
    expect(await opened.page.$$eval('.pane', ([pane]) => getComputedStyle(pane, '::after').content)).toBe('none');
    expect(opened.problems).toEqual([]);
  });

  test('a browser that keeps no files still opens a net', async () => {
    await using opened = await openToolbox('#back=off', []);
    await opened.page.evaluateOnNewDocument(() => {
      Object.defineProperty(navigator.storage, 'getDirectory', { value: () => Promise.reject(new Error('no room')) });
    });
    await opened.page.reload();
    await shows(opened, 'mini-caffenet');
    await drop(opened, { name: 'mine.safetensors', bytes: TINY });
    await shows(opened, 'tiny');
    expect(opened.problems).toEqual([]);
  });
});
