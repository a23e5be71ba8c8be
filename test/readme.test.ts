// README's examples, as a reader pastes them: the commands, the program for Node, and the page.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { build } from 'vite';
import { beforeAll, expect, test } from 'vitest';
import { launchChrome } from './support/chrome.js';
import { commandFolder } from './support/command.js';
import { serveFiles } from './support/fileServer.js';

const root = resolve(import.meta.dirname, '..');
const readme = readFileSync(resolve(root, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/```(\w*)\n([\s\S]*?)```/g)].map(([, language, text]) => ({ language, text }));
const programs = blocks.filter(({ language }) => language === 'js').map(({ text }) => text);
const commands = blocks.flatMap(({ text }) => [...text.matchAll(/^npx convscope (.*)$/gm)].map(([, line]) => line));
const { folder, at, convscope } = commandFolder();

beforeAll(() => {
  mkdirSync(at('node_modules'));
  symlinkSync(root, at('node_modules/convscope'), 'dir');
});

test('there is an example of each command, a program for Node and one for a page', () => {
  expect(commands.map((line) => line.split(/\s+/)[0])).toEqual([
    'inspect',
    'classify',
    'run',
    'grad',
    'attribute',
    'invert',
    'render',
    'gallery',
    'ppgn',
    'top',
    'dissect',
    'tune',
    'convert',
    'parts',
  ]);
  expect(programs.length).toBe(2);
});

// `tune` measures for half a minute, and where it keeps what it found is the user's: other tests are about it.
test.each(commands.filter((line) => !line.startsWith('tune')))('npx convscope %s', async (line) => {
  const { code, stdout, stderr } = await convscope(...line.split(/\s+/));
  expect([code, stderr.replace(/^convscope: 'fish' is the unit fc8:3, fish\.\n$/, '')]).toEqual([0, '']);
  expect(stdout).not.toBe('');
  const [, file] = /--out (\S+)/.exec(line) ?? [];
  if (file) expect(existsSync(at(file))).toBe(true);
});

test('the program for Node writes its picture', async () => {
  const [program] = programs;
  writeFileSync(at('program.mjs'), program.replace('fish.png', 'node-fish.png'));
  const { stdout } = await promisify(execFile)(process.execPath, ['program.mjs'], { cwd: folder });
  expect(stdout).toMatch(/^fish: -?\d+\.\d\n$/);
  expect((await sharp(at('node-fish.png')).stats()).entropy).toBeGreaterThan(3);
});

test('the page draws its picture', async () => {
  const [, program] = programs;
  writeFileSync(at('page.js'), program);
  const built = await build({
    configFile: false,
    root: folder,
    base: './',
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2022',
      rolldownOptions: { input: at('page.js'), output: { entryFileNames: 'page.js' } },
    },
  });
  const outputs = [built].flat().flatMap((o) => ('output' in o ? o.output : []));
  const encode = (text: string) => new TextEncoder().encode(text);
  const files = Object.fromEntries(
    outputs.map((o) => {
      const content = o.type === 'chunk' ? o.code : o.source;
      return [o.fileName, typeof content === 'string' ? encode(content) : content];
    }),
  );
  const html = encode('<!doctype html><script type="module" src="/page.js"></script>');
  await using server = await serveFiles({ ...files, 'page.html': html });
  const browser = await launchChrome();
  try {
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    await page.goto(`${server.origin}/page.html`);
    const drawn = page.waitForFunction(
      () => {
        const canvas = document.querySelector('canvas');
        const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
        return data && new Set(data).size > 64 && `${canvas?.width}x${canvas?.height}`;
      },
      { timeout: 110_000 },
    );
    expect(await (await drawn).jsonValue()).toBe('64x64');
    expect(problems).toEqual([]);
  } finally {
    await browser.close();
  }
});
