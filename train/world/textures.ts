// The textures: each a function of the surface's own coordinates, so that it turns and grows with what it covers.

import { lattice } from './random.js';

/**
 * How much of the second colour shows at (u, v), 0 … 1. One repeat is one unit long. `w` is the width of a pixel in the
 * same units: edges are that soft, and what is finer than a pixel becomes its mean.
 */
export type Texture = (u: number, v: number, w: number) => number;

const clamp = (x: number): number => Math.min(Math.max(x, 0), 1);
/** 1 where `d` > 0, 0 where it is not, over a soft edge of one pixel. */
const edge = (d: number, w: number): number => clamp(0.5 + d / (w + 1e-6));
/** Distance to the nearest integer, 0 … ½. */
const saw = (x: number): number => Math.abs(x - Math.floor(x + 0.5));
/** What a pattern fades to where it is finer than a pixel. */
const toMean = (t: number, mean: number, w: number): number => t + (mean - t) * clamp(w * 1.6 - 0.6);

/** Smooth noise, 0 … 1, one lattice cell per unit. */
function noise(x: number, y: number): number {
  const i = Math.floor(x);
  const j = Math.floor(y);
  const a = x - i;
  const b = y - j;
  const s = a * a * (3 - 2 * a);
  const t = b * b * (3 - 2 * b);
  const top = lattice(i, j) + (lattice(i + 1, j) - lattice(i, j)) * s;
  const bottom = lattice(i, j + 1) + (lattice(i + 1, j + 1) - lattice(i, j + 1)) * s;
  return top + (bottom - top) * t;
}

/** By name; `plain` first. */
const BY_NAME = {
  plain: () => 0,
  stripes: (u, _v, w) => edge(0.25 - saw(u), w),
  checks: (u, v, w) => {
    const a = edge(saw(u) - 0.25, w);
    const b = edge(saw(v) - 0.25, w);
    return a + b - 2 * a * b;
  },
  dots: (u, v, w) => {
    const y = v * 1.15;
    const row = Math.floor(y);
    const x = u + (row & 1) * 0.5;
    const dx = x - Math.floor(x) - 0.5;
    const dy = (y - row - 0.5) / 1.15;
    return toMean(edge(0.27 - Math.sqrt(dx * dx + dy * dy), w), 0.25, w);
  },
  bricks: (u, v, w) => {
    const y = v * 2;
    const row = Math.floor(y);
    const x = u + (row & 1) * 0.5;
    const gap = Math.min(saw(x), saw(y) * 0.5);
    return toMean(Math.max(edge(0.04 - gap, w), 0.45 * lattice(Math.floor(x), row)), 0.3, w);
  },
  wood: (u, v, w) => {
    const board = Math.floor(v);
    const grain = saw(3 * v + 1.6 * noise(u * 0.7 + 9 * board, v * 2)) * 2;
    return toMean(Math.max(edge(0.035 - saw(v), w), 0.2 * lattice(board, 7) + 0.45 * grain * grain), 0.3, w);
  },
  grass: (u, v, w) => {
    const x = u + 0.35 * noise(u * 1.3, v * 1.3);
    return toMean(clamp(1.5 * noise(x * 7, v * 2) - 0.25), 0.5, w * 3);
  },
  weave: (u, v, w) => {
    const x = u * 2;
    const y = v * 2;
    const over = (Math.floor(x) + Math.floor(y)) & 1;
    const across = over ? saw(y + 0.5) : saw(x + 0.5);
    const along = over ? saw(x + 0.5) : saw(y + 0.5);
    return toMean(clamp(edge(across - 0.36, w * 2) + 0.35 * over + 0.5 * (along - 0.1)), 0.4, w * 1.5);
  },
  scales: (u, v, w) => {
    let best = 1;
    for (let k = 0; k < 2; k++) {
      const row = Math.floor(v * 2) + k;
      const x = u + (row & 1) * 0.5;
      const dx = x - Math.floor(x) - 0.5;
      const dy = v - row / 2;
      const d = Math.sqrt(dx * dx + dy * dy) - 0.52;
      if (d < 0 && k === 0) best = Math.min(best, edge(d + 0.13, w) * 0.9 + 0.1);
      else if (k === 0) best = Math.min(best, 0.35 * clamp(1 - d * 3));
    }
    return toMean(best, 0.4, w);
  },
  zigzag: (u, v, w) => edge(0.25 - saw(v + saw(u)), w * 1.4),
  speckle: (u, v, w) => {
    const x = u * 3;
    const y = v * 3;
    const i = Math.floor(x);
    const j = Math.floor(y);
    const r = lattice(i, j);
    const dx = x - i - 0.3 - 0.4 * lattice(i + 77, j);
    const dy = y - j - 0.3 - 0.4 * lattice(i, j + 77);
    return toMean(r < 0.6 ? edge(0.12 + 0.25 * r - Math.sqrt(dx * dx + dy * dy), w * 3) : 0, 0.13, w * 2);
  },
  marble: (u, v, w) => {
    const n = noise(u * 1.5, v * 1.5) + 0.5 * noise(u * 3 + 5, v * 3);
    const vein = 1 - saw(u * 0.6 + v * 0.8 + 1.3 * n) * 4;
    return toMean(clamp(vein) * 0.85 + 0.25 * noise(u * 2, v * 2 + 31), 0.3, w);
  },
  waves: (u, v, w) => {
    const crest = v + 0.16 * Math.sin(6.2832 * u + 3 * noise(u * 0.5, v));
    return toMean(edge(0.17 - saw(crest) + 0.1 * noise(u * 1.3, Math.floor(crest + 0.5) * 3.7), w), 0.4, w);
  },
  leaves: (u, v, w) => {
    const x = u * 2;
    const y = v * 2;
    let t = 0.35;
    for (let k = 0; k < 4; k++) {
      const i = Math.floor(x - 0.5) + (k & 1);
      const j = Math.floor(y - 0.5) + (k >> 1);
      const dx = x - i - 0.25 - 0.5 * lattice(i, j + 11);
      const dy = y - j - 0.25 - 0.5 * lattice(i + 11, j);
      const turn = lattice(i, j) < 0.5 ? 0.7 : -0.7;
      const a = (dx + turn * dy) * 0.82;
      const b = (dy - turn * dx) * 0.82;
      const inside = edge(0.5 - Math.sqrt(a * a + 5 * b * b), w * 3);
      t += (lattice(i + 3, j + 5) - t) * inside;
    }
    return toMean(t, 0.45, w);
  },
  tiles: (u, v, w) => {
    const gap = Math.min(saw(u), saw(v));
    return toMean(Math.max(edge(0.05 - gap, w), 0.3 * lattice(Math.floor(u), Math.floor(v))), 0.25, w);
  },
} as const satisfies Record<string, Texture>;

/** The name of a texture of the world. */
export type TextureName = keyof typeof BY_NAME;

const isTexture = (name: string): name is TextureName => name in BY_NAME;

/** Names of all textures; a texture's label is 1 + its place here. */
export const TEXTURES: readonly TextureName[] = Object.keys(BY_NAME).filter(isTexture);

/** The functions in the order of `TEXTURES`. */
export const TEXTURE_FUNCTIONS: readonly Texture[] = TEXTURES.map((name) => BY_NAME[name]);
