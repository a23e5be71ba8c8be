// convscope ppgn: what it writes, that a sample makes itself again, and what is refused before it computes.
import { readdirSync, readFileSync } from 'node:fs';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { commandFolder } from './support/command.js';

const { at, convscope } = commandFolder();
const ppgn = (...args: string[]) => convscope('ppgn', 'mini-caffenet-robust', '--adapter', 'software', ...args);
const pixelsOf = (file: string) => sharp(at(file)).raw().toBuffer();
const lengths = ['--chains', '2', '--steps', '4', '--every', '2', '--seed', '5'];

test('writes the samples of all chains; one of them makes itself again, from the code of its picture', async () => {
  const wanted = ['--class', 'fish', '--start', 'world:7', ...lengths, '--last-rate', '0.001'];
  const { code, stderr } = await ppgn(...wanted, '--out', at('fish'));
  expect([code, stderr]).toEqual([0, stderr]);
  expect(readdirSync(at('fish')).sort()).toEqual([
    '5-0002.png',
    '5-0004.png',
    '6-0002.png',
    '6-0004.png',
    'samples.json',
    'sheet.png',
  ]);
  expect(JSON.parse(readFileSync(at('fish/samples.json'), 'utf8')).samples).toMatchObject([
    { seed: 5, step: 2 },
    { seed: 6, step: 2 },
    { seed: 5, step: 4 },
    { seed: 6, step: 4 },
  ]);
  const again = await ppgn('--from', at('fish/6-0002.png'), '--out', at('again'), '--json');
  expect([again.code, again.stderr]).toEqual([0, again.stderr]);
  expect(JSON.parse(again.stdout)).toMatchObject({ out: at('again/6-0002.png'), seed: 6, step: 2 });
  const [first, second] = [await pixelsOf('fish/6-0002.png'), await pixelsOf('again/6-0002.png')];
  // One chain or two of a batch: the same image up to rounding.
  expect(Math.max(...first.map((value, i) => Math.abs(value - second[i])))).toBeLessThanOrEqual(1);
});

test('what a sample was given and its recipe has not is asked for', async () => {
  await sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } }).toFile(at('red.png'));
  const short = ['--chains', '1', '--steps', '1', '--every', '1', '--class', 'fish'];
  expect((await ppgn(...short, '--start', at('red.png'), '--out', at('red'))).code).toBe(0);
  const refused = await ppgn('--from', at('red/0-0001.png'), '--out', at('none'));
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.stderr).toContain('--start: is needed');
  expect(refused.stderr).toContain("started from 'red.png', which is not in its recipe");

  const hole = ['--inpaint', 'world:3', '--mask', '16,16,48,48'];
  expect((await ppgn(...short, ...hole, '--out', at('hole'))).code).toBe(0);
  const without = await ppgn('--from', at('hole/0-0001.png'), '--out', at('none'));
  expect(without.stderr).toContain('--inpaint: and --mask are needed');
  expect((await ppgn('--from', at('hole/0-0001.png'), ...hole, '--out', at('painted'))).code).toBe(0);
  const [first, second] = [await pixelsOf('hole/0-0001.png'), await pixelsOf('painted/0-0001.png')];
  expect(first.equals(second)).toBe(true);
});

test('another net, and a picture that is no sample, are named', async () => {
  const other = await ppgn('--from', at('fish/5-0002.png'), '--generator', 'mini-generator-soft', '--out', at('other'));
  expect(other.stderr).toMatch(/the recipe was made with 'mini-generator'.*'mini-generator-soft'/);
  expect((await ppgn('--from', at('red.png'), '--out', at('none'))).stderr).toContain('carries no recipe');
  expect((await ppgn('--out', at('none'))).stderr).toContain('--class: say what is wanted');
});
