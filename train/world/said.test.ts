// Reading captions: what is read is what the picture shows, by the masks.
import { expect, test } from 'vitest';
import { CLASSES, COLOURS, VOCABULARY, worldImage } from './index.js';
import { agreement, saidIn } from './said.js';

const images = Array.from({ length: 300 }, (_, i) => worldImage(31, i));

test('every word of a sentence is read', () => {
  expect(saidIn('a striped pink fish right of an open book on a wooden table at night')).toEqual({
    noun: 'fish',
    colour: 'pink',
    beside: { noun: 'book', side: 'right' },
    place: 'on a wooden table',
    time: 'night',
  });
  expect(saidIn('a smiling face with gray hair left of a red house in a forest')).toEqual({
    noun: 'face',
    colour: 'gray',
    beside: { noun: 'house', colour: 'red', side: 'left' },
    place: 'in a forest',
  });
  expect(saidIn('a flying bird over the hills')).toEqual({ noun: 'bird', place: 'in the hills' });
  expect(() => saidIn('a red thing')).toThrow(/names none of the world’s classes/);
});

test('two captions are compared in what both speak of', () => {
  const [one, other] = ['a red fish left of a blue cup at night', 'a pink fish left of a tree under water'].map(saidIn);
  expect(agreement(one, other)).toEqual([
    ['objects', true],
    ['colours', false],
    ['sides', true],
    ['second objects', false],
  ]);
});

test('what is said of pictures is what their masks show', () => {
  let beside = 0;
  for (const { caption, masks, size, class: own } of images) {
    const said = saidIn(caption);
    expect(said.noun, caption).toBe(CLASSES[own].name);
    if (said.colour) {
      const label = 1 + COLOURS.indexOf(said.colour);
      expect(
        masks.colour.some((colour, i) => colour === label && masks.object[i] === 1 + own),
        caption,
      ).toBe(true);
    }
    // The relation is read exactly where a second object is, and its side is where its pixels are.
    const others = [...masks.object.keys()].filter((i) => masks.object[i] !== 0 && masks.object[i] !== 1 + own);
    if (said.beside === undefined) continue;
    beside++;
    const label = 1 + CLASSES.findIndex(({ name }) => name === said.beside?.noun);
    const theirs = others.filter((i) => masks.object[i] === label);
    const mine = [...masks.object.keys()].filter((i) => masks.object[i] === 1 + own);
    const x = (places: readonly number[]) => places.reduce((sum, i) => sum + (i % size), 0) / places.length;
    expect(theirs.length, caption).toBeGreaterThan(0);
    expect(x(mine) < x(theirs), caption).toBe(said.beside.side === 'left');
  }
  expect(beside).toBeGreaterThan(60);
});

test('every place and time that a sentence can end with is read', () => {
  const places = new Set<string>();
  for (const { caption } of images) {
    const { place, time } = saidIn(caption);
    if (place !== undefined) places.add(place);
    expect(time === 'night', caption).toBe(caption.endsWith('at night'));
    expect(time === 'sunset', caption).toBe(caption.endsWith('at sunset'));
    // Words of places are in no other phrase.
    const words = [
      'meadow',
      'hills',
      'forest',
      'street',
      'snow',
      'beach',
      'sea',
      'river',
      'sky',
      'water',
      'room',
      'cloth',
      'grass',
    ];
    for (const word of words) {
      expect(VOCABULARY).toContain(word);
      if (caption.split(' ').includes(word)) expect(place, caption).toContain(word);
    }
  }
  expect(places.size).toBe(16);
});
