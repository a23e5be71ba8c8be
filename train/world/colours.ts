// The eleven colour names and the materials made of them. A material's name is the truth; its tint varies around it.

import type { Random } from './random.js';
import { TEXTURES, type TextureName } from './textures.js';

/** Red, green, blue; 0 … 1, gamma-encoded as in a picture. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** The tint each name stands for, chosen to sit well together. */
const TINTS = {
  red: [0.83, 0.19, 0.17],
  orange: [0.95, 0.53, 0.13],
  yellow: [0.97, 0.81, 0.24],
  green: [0.36, 0.63, 0.25],
  blue: [0.19, 0.44, 0.8],
  purple: [0.53, 0.3, 0.68],
  pink: [0.95, 0.57, 0.68],
  brown: [0.52, 0.33, 0.19],
  gray: [0.55, 0.56, 0.58],
  white: [0.94, 0.93, 0.9],
  black: [0.14, 0.14, 0.16],
} as const satisfies Record<string, Rgb>;

/** The name of a colour of the world. */
export type ColourName = keyof typeof TINTS;

const isColour = (name: string): name is ColourName => name in TINTS;

/** Names of all colours; a colour's label is 1 + its place here. */
export const COLOURS: readonly ColourName[] = Object.keys(TINTS).filter(isColour);

/** The colours toys come in. */
export const BRIGHT: readonly ColourName[] = ['red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink'];

/** What a surface is made of. */
export interface Paint {
  /** Labels: 1 + index into COLOURS and TEXTURES. */
  readonly colour: number;
  readonly texture: number;
  readonly rgb: Rgb;
  /** The texture's other colour. */
  readonly second: Rgb;
  /** Length of one repeat of the texture, in the coordinates of what it covers. */
  readonly period: number;
  /** Turn of the texture within the surface, in radians. */
  readonly angle: number;
  /** Where the texture starts. */
  readonly shift: number;
  /** Strength of the highlight, 0 … 1. */
  readonly gloss: number;
  /** 0: lit by the scene; 1: shines by itself. */
  readonly glow: number;
  /** A blend from `rgb` at y = `from` to `to` at y = `until`. */
  readonly fade?: { readonly to: Rgb; readonly from: number; readonly until: number };
}

/** How a paint departs from plain and matt. */
export interface Finish {
  readonly texture?: TextureName;
  /** The texture's other colour; left out, a darker (or on dark paints lighter) shade of the same. */
  readonly second?: ColourName | Rgb;
  readonly period?: number;
  readonly angle?: number;
  readonly gloss?: number;
  readonly glow?: number;
  /** The very tint, where the name's usual one would not do. */
  readonly tint?: Rgb;
  readonly fade?: { readonly to: Rgb; readonly from: number; readonly until: number };
}

/** `colour` with its natural variation, in a finish. */
export function paint(r: Random, colour: ColourName, finish: Finish = {}): Paint {
  const rgb = jitter(r, finish.tint ?? TINTS[colour]);
  const { second } = finish;
  const shade = rgb[0] + rgb[1] + rgb[2] > 0.7 ? scaled(rgb, 0.68) : mixed(rgb, [1, 1, 1], 0.3);
  return {
    colour: 1 + COLOURS.indexOf(colour),
    texture: 1 + TEXTURES.indexOf(finish.texture ?? 'plain'),
    rgb,
    second: second === undefined ? shade : jitter(r, typeof second === 'string' ? TINTS[second] : second),
    period: finish.period ?? 0.3,
    angle: finish.angle ?? 0,
    shift: r.between(0, 64),
    gloss: finish.gloss ?? 0,
    glow: finish.glow ?? 0,
    ...(finish.fade && { fade: finish.fade }),
  };
}

/** The same paint, lighter (`by` > 1) or darker. */
export const shaded = (p: Paint, by: number): Paint => ({ ...p, rgb: scaled(p.rgb, by), second: scaled(p.second, by) });

/** Brightness varies by 10 %, each channel by 4 % on its own. */
function jitter(r: Random, [red, green, blue]: Rgb): Rgb {
  const k = r.between(0.9, 1.1);
  const d = 0.04;
  return [red * k + r.between(-d, d), green * k + r.between(-d, d), blue * k + r.between(-d, d)];
}

export const scaled = ([r, g, b]: Rgb, k: number): Rgb => [r * k, g * k, b * k];
const mixed = (a: Rgb, b: Rgb, t: number): Rgb => [
  a[0] + (b[0] - a[0]) * t,
  a[1] + (b[1] - a[1]) * t,
  a[2] + (b[2] - a[2]) * t,
];
