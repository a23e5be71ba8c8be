// The form of the preprocessing, the list of recent nets, and sizes as text: pure functions.
import { describe, expect, test } from 'vitest';
import { bytesText, timeText } from '../../examples/shared/sizes.js';
import {
  numberOf,
  PRESETS,
  type PreprocessingText,
  parsePreprocessingText,
  rangesOf,
  textOf,
  textOfPreset,
} from '../../examples/toolbox/preprocessing.js';
import {
  MOST_RECENTS,
  parseRecents,
  type Recent,
  remembered,
  sameNet,
  unlike,
} from '../../examples/toolbox/recents.js';
import type { Preprocessing } from '../../src/graph/model.js';

const CAFFE: PreprocessingText = { order: 'bgr', mean: ['104', '117', '123'], scale: ['1', '1', '1'], fit: 'crop' };

const problemsOf = (changed: Partial<PreprocessingText>, channels = 3) => {
  const result = parsePreprocessingText({ ...CAFFE, ...changed }, channels);
  return 'problems' in result ? result.problems : [];
};

describe('the form', () => {
  test('reads numbers and fractions', () => {
    const scale = ['1/255', ' 1 / 255 ', '0.00392156862745098'];
    expect(parsePreprocessingText({ ...CAFFE, mean: ['−1', '-1', '1e2'], scale }, 3)).toEqual({
      preprocessing: { order: 'bgr', mean: [-1, -1, 100], scale: 1 / 255, fit: 'crop' },
    });
    expect(numberOf('1/2/3')).toBeNaN();
    expect(numberOf('')).toBeNaN();
    expect(numberOf('3/')).toBeNaN();
  });

  test('without mean fields the net’s mean image stays', () => {
    expect(parsePreprocessingText({ ...CAFFE, mean: undefined }, 3)).toEqual({
      preprocessing: { order: 'bgr', scale: 1, fit: 'crop' },
    });
  });

  for (const [name, changed, channels, field, message] of [
    [
      'a word',
      { mean: ['104', 'x', '123'] },
      3,
      'mean 1',
      "Mean of G must be a number or a fraction such as 1/255, it is 'x'.",
    ],
    [
      'nothing',
      { scale: ['1', '1', ''] },
      3,
      'scale 2',
      "Scale of R must be a number or a fraction such as 1/255, it is ''.",
    ],
    [
      'a division by 0',
      { scale: ['1/0', '1', '1'] },
      3,
      'scale 0',
      "Scale of B must be a number or a fraction such as 1/255, it is '1/0'.",
    ],
    [
      'a scale of 0',
      { scale: ['1', '0', '1'] },
      3,
      'scale 1',
      "Scale of G must be other than 0, which would make every picture the same, it is '0'.",
    ],
    [
      'gray for colours',
      { order: 'gray' },
      3,
      'order',
      "Order must be rgb or bgr for a net of 3 channels, it is 'gray'.",
    ],
    [
      'colours for gray',
      { mean: ['0'], scale: ['1'] },
      1,
      'order',
      "Order must be gray for a net of 1 channel, it is 'bgr'.",
    ],
    ['another fit', { fit: 'squeeze' }, 3, 'fit', "Fit must be crop or stretch, it is 'squeeze'."],
  ] as const) {
    test(`refuses ${name}`, () => expect(problemsOf(changed, channels)).toEqual([{ field, message }]));
  }

  test('names everything that is wrong at once', () => {
    expect(problemsOf({ mean: ['x', 'y', '0'], fit: '' }).map(({ field }) => field)).toEqual([
      'fit',
      'mean 0',
      'mean 1',
    ]);
  });

  test('what a net says comes back unchanged through its fields', () => {
    const said: Preprocessing[] = [
      { order: 'bgr', mean: [109, 124.5, 129], scale: 1 / 64, fit: 'crop', stated: true },
      { order: 'rgb', mean: [0.1234567890123], scale: [1 / 3, 1 / 58.395, Math.PI], fit: 'stretch', stated: false },
    ];
    for (const preprocessing of said) {
      const result = parsePreprocessingText(textOf(preprocessing, 3), 3);
      const got = 'preprocessing' in result ? result.preprocessing : {};
      const spread = (value: number | readonly number[] | undefined) =>
        typeof value === 'number' ? [value, value, value] : value?.length === 1 ? Array(3).fill(value[0]) : value;
      const mean = 'shape' in preprocessing.mean ? [] : preprocessing.mean;
      expect(got).toMatchObject({ order: preprocessing.order, mean: spread(mean), fit: preprocessing.fit });
      for (const [c, s] of (spread(got.scale) ?? []).entries()) {
        expect(s).toBeCloseTo(spread(preprocessing.scale)?.[c], 14);
      }
    }
  });

  test('a mean image is no field', () => {
    const mean = { shape: [3, 2, 2], data: new Float32Array(12) };
    expect(textOf({ order: 'rgb', mean, scale: 1, fit: 'crop', stated: true }, 3).mean).toBeUndefined();
  });

  test('presets are what they are called, for nets of three channels and of one', () => {
    const ranges = PRESETS.map((preset) => rangesOf(textOfPreset(preset, 3, 'crop')));
    expect(ranges).toEqual([
      'B −104 to 151, G −117 to 138, R −123 to 132',
      'R −2.118 to 2.249, G −2.036 to 2.429, B −1.804 to 2.64',
      'R 0 to 1, G 0 to 1, B 0 to 1',
      'R −1 to 1, G −1 to 1, B −1 to 1',
      'R 0 to 255, G 0 to 255, B 0 to 255',
    ]);
    expect(rangesOf(textOfPreset(PRESETS[3], 1, 'crop'))).toBe('gray −1 to 1');
    for (const preset of PRESETS) {
      for (const channels of [1, 3]) {
        expect(parsePreprocessingText(textOfPreset(preset, channels, 'crop'), channels)).toHaveProperty(
          'preprocessing',
        );
      }
    }
  });
});

describe('recent nets', () => {
  const recent = (name: string): Recent => ({
    name,
    files: [{ name: `${name}.onnx`, bytes: 1, sha256: 'c'.repeat(64) }],
  });

  test('the newest is first, each once, and the oldest falls off', () => {
    const names = Array.from({ length: MOST_RECENTS }, (_, i) => recent(`net ${i}`));
    const again = remembered(names, recent('net 3'));
    expect(again.recents.map(({ name }) => name).slice(0, 3)).toEqual(['net 3', 'net 0', 'net 1']);
    expect(again.dropped).toEqual([]);
    expect(remembered(names, recent('new')).dropped.map(({ name }) => name)).toEqual([`net ${MOST_RECENTS - 1}`]);
  });

  test('are read as they were written, and what is no list is refused', () => {
    const written = [
      { ...recent('a'), preprocessing: { order: 'rgb', mean: [1, 2, 3], scale: 2, fit: 'crop' } },
      recent('b'),
    ];
    expect(parseRecents(JSON.parse(JSON.stringify(written)))).toEqual(written);
    expect(() => parseRecents([{ name: 'a', files: [{}] }])).toThrow('recents: [0].files[0].name must be a text');
  });

  test('names differ from all that are there', () => {
    expect(unlike('net', new Set(['other']))).toBe('net');
    expect(unlike('net', new Set(['net', 'net (2)']))).toBe('net (3)');
  });

  test('a net is the same by its files, whatever they are called', () => {
    const [{ files }] = [recent('a')];
    expect(sameNet(files, [{ ...files[0], name: 'b.onnx' }])).toBe(true);
    expect(sameNet(files, [{ ...files[0], sha256: 'd'.repeat(64) }])).toBe(false);
    expect(sameNet(files, [...files, ...files])).toBe(false);
  });
});

test('sizes and times are short', () => {
  expect([999, 1000, 31_675, 999_499, 4_950_080, 243_863_553].map(bytesText)).toEqual([
    '999 bytes',
    '1.0 kB',
    '31.7 kB',
    '999 kB',
    '5.0 MB',
    '244 MB',
  ]);
  expect([10, 40_000, 150_000].map(timeText)).toEqual(['1 s', '40 s', '3 min']);
});
