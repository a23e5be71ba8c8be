// The toolbox's keys and its address, as pure functions.
import { describe, expect, test } from 'vitest';
import { GROUPS, pressed, type Surroundings } from '../../examples/toolbox/keys.js';
import { fromAddress, INITIAL, originOf, type ToolboxState, toAddress } from '../../examples/toolbox/state.js';

const AROUND: Surroundings = {
  layers: [
    { name: 'conv1', units: 10 },
    { name: 'conv2', units: 7 },
    { name: 'fc8', units: 3 },
  ],
  columns: (units) => Math.ceil(Math.sqrt(units)),
  pictures: 4,
  methods: [
    { name: 'gradCam', live: true },
    { name: 'occlusion', live: false },
  ],
};
const AT: ToolboxState = { ...INITIAL, layer: 'conv1', unit: 5 };

const typed = (keys: string, state = AT): ToolboxState =>
  keys.split(' ').reduce((s, key) => pressed(key, s, AROUND) ?? s, state);

describe('keys', () => {
  test('every key of the original is there, and none twice', () => {
    const all = GROUPS.flatMap((g) => g.bindings).flatMap((b) => b.keys);
    expect(new Set(all).size).toBe(all.length);
    const original =
      'f c e PageDown w PageUp 0 h 5 q Escape ArrowLeft ArrowRight ArrowUp ArrowDown i j k l I J K L u o z s b d a n m t T 8 9';
    expect(original.split(' ').filter((key) => !all.includes(key))).toEqual([]);
  });

  test('the cursor moves in the grid and stays in it', () => {
    // Rows of four: 0 1 2 3 / 4 5 6 7 / 8 9.
    expect(typed('l').unit).toBe(6);
    expect(typed('j').unit).toBe(4);
    expect(typed('j j').unit).toBe(4);
    expect(typed('k').unit).toBe(9);
    expect(typed('l k').unit).toBe(9);
    expect(typed('i').unit).toBe(1);
    expect(typed('J').unit).toBe(4);
    expect(typed('L').unit).toBe(7);
    expect(typed('K').unit).toBe(9);
  });

  test('up from the first row leads to the layers, and down from there back', () => {
    const top = typed('i i');
    expect(top.area).toBe('layers');
    expect(typed('l', top)).toMatchObject({ layer: 'conv2', unit: 1, area: 'layers' });
    expect(typed('j', top).layer).toBe('conv1');
    expect(typed('k', top)).toMatchObject({ layer: 'conv1', unit: 1, area: 'units' });
  });

  test('layers one after another, the unit kept where there is one', () => {
    expect(typed('o')).toMatchObject({ layer: 'conv2', unit: 5 });
    expect(typed('o o')).toMatchObject({ layer: 'fc8', unit: 2 });
    expect(typed('o o o').layer).toBe('fc8');
    expect(typed('u').layer).toBe('conv1');
  });

  test('the loops of the back-projection', () => {
    const off = { ...AT, back: 'off', filter: 'raw' } as const;
    const seen = ['b', 'b b', 'b b b', 'b b b b'].map((keys) => typed(keys, off)).map((s) => `${s.back} ${s.filter}`);
    expect(seen).toEqual(['gradient raw', 'gradient norm', 'deconv raw', 'off raw']);
    expect(typed('n n n n', off).back).toBe('off');
    expect(typed('m m', off).filter).toBe('norm');
  });

  test('a frozen origin stays while the cursor roams', () => {
    const roaming = typed('d o l');
    expect(originOf(roaming)).toEqual({ layer: 'conv1', unit: 5 });
    expect(roaming.layer).toBe('conv2');
    expect(originOf(typed('d', roaming))).toEqual({ layer: 'conv2', unit: roaming.unit });
  });

  test('differences need a back-projection', () => {
    expect(typed('a', { ...AT, back: 'off' })).toMatchObject({ shown: 'differences', back: 'gradient' });
    expect(typed('a a').shown).toBe('activations');
  });

  test('brightness, patterns, zoom, panes, input', () => {
    expect([typed('t').gamma, typed('t t').gamma, typed('t t t t').gamma]).toEqual([0.3, 1, 0.5]);
    expect([typed('T').boost, typed('T T T T').boost]).toEqual([0.3, 1]);
    expect(typed('s').shown).toBe('patterns');
    expect([typed('z').zoom, typed('z z').zoom, typed('z z z').zoom]).toEqual(['unit', 'back', 'off']);
    expect(typed('8').probabilities).toBe(false);
    expect(typed('9').unitPane).toBe(false);
    expect(typed('f').frozenFrame).toBe(true);
    expect(typed('c').source).toBe('camera');
    expect(typed('q', { ...AT, source: 'camera' })).toMatchObject({ source: 'world', frozenFrame: true });
    expect([typed('e e').picture, typed('w').picture]).toEqual([2, 3]);
    expect(typed('0').fit).toBe('stretch');
    expect(typed('5').debug).toBe(true);
  });

  test('methods of attribution go round; many passes are asked for, and hold a stream', () => {
    const names = ['v', 'v v', 'v v v', 'V', 'V V'].map((keys) => typed(keys).attribution);
    expect(names).toEqual(['gradCam', 'occlusion', '', 'occlusion', 'gradCam']);
    expect(typed('v', { ...AT, attribution: 'gradCam layer=conv1' }).attribution).toBe('occlusion');
    expect(typed('v y').explaining).toBe(false);
    expect(typed('V y')).toMatchObject({ explaining: true, frozenFrame: false });
    expect(typed('V y y').explaining).toBe(false);
    expect(typed('V y v').explaining).toBe(false);
    expect(typed('V y', { ...AT, source: 'camera' })).toMatchObject({ explaining: true, frozenFrame: true });
    expect([typed('[').opacity, typed('] ] ]').opacity]).toEqual([80, 100]);
    expect(typed('V y Escape')).toMatchObject({ attribution: '', explaining: false });
    expect(typed('R').resultsOpen).toBe(true);
  });

  test('escape closes the help, then puts all back', () => {
    expect(typed('h').help).toBe(true);
    expect(typed('h Escape')).toEqual(AT);
    expect(typed('t T d b o Escape')).toMatchObject({
      layer: 'conv1',
      unit: 0,
      back: 'off',
      frozen: '',
      gamma: INITIAL.gamma,
    });
  });

  test('other keys mean nothing', () => expect(pressed('Tab', AT, AROUND)).toBeUndefined());
});

describe('address', () => {
  test('what differs from the initial state goes there and back', () => {
    const seen = { attribution: 'lrp rule=alphaBeta', opacity: 40, results: 'https://a.b/c/', concept: 'sky' };
    const state: ToolboxState = {
      ...AT,
      ...seen,
      back: 'deconv',
      gamma: 0.7,
      frozen: 'conv2:3',
      mirror: false,
      picture: 12,
    };
    expect(fromAddress(toAddress(state))).toEqual(state);
    expect(toAddress(INITIAL)).toBe('');
  });

  test('what passes is not kept', () =>
    expect(
      fromAddress(toAddress({ ...AT, help: true, frozenFrame: true, explaining: true, resultsOpen: true })),
    ).toEqual(AT));

  test('nonsense is as at first', () => {
    expect(fromAddress('opacity=101&back=sideways&unit=-4&gamma=2&mirror=maybe&picture=1e99&__proto__=x')).toEqual(
      INITIAL,
    );
  });
});
