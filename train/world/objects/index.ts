// THE REGISTRY of classes: one line each. A label is 1 + the place in this list, so new ones go last.

import type { Kind } from '../pen.js';
import { boat, car, house, market } from './built.js';
import { bird, butterfly, face, fish } from './living.js';
import { apple, flower, mushroom, tree } from './plants.js';
import { ball, book, bottle, clock, cup, key, lamp, umbrella } from './things.js';

export const KINDS: readonly Kind[] = [
  face,
  house,
  tree,
  fish,
  car,
  clock,
  flower,
  cup,
  boat,
  key,
  bird,
  butterfly,
  mushroom,
  umbrella,
  lamp,
  book,
  apple,
  ball,
  bottle,
  market,
];
