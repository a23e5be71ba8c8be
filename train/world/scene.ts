// A scene as data: which objects are where, the place, the light, and the caption. Nothing is drawn here.

import { captionOf, type Subject } from './captions.js';
import { paint, shaded } from './colours.js';
import { KINDS } from './objects/index.js';
import { type Group, type Light, type Shadow, type Shape, sceneBox } from './paint.js';
import { createPen, type Facet, type Kind } from './pen.js';
import { type Backdrop, lightOf, PLACES, type Place, type PlaceName, type Support, type Time } from './places.js';
import type { Random } from './random.js';
import { type Box, blob, ellipse, rod, union } from './shapes.js';

/** Every part name of every class, each once. */
export const PARTS: readonly string[] = [...new Set(KINDS.flatMap((kind) => kind.parts))];

/** What the caller may fix. */
export interface Wishes {
  readonly class?: number | undefined;
  readonly facet?: number | undefined;
  readonly companion?: boolean | undefined;
  readonly occluder?: boolean | undefined;
}

/** Painted in this order, each group after its shadow. */
export interface Scene {
  readonly class: number;
  readonly facet: number;
  readonly caption: string;
  readonly light: Light;
  readonly groups: readonly { readonly group: Group; readonly shadow?: Shadow }[];
}

/** Independent random streams of a picture: fixing one choice leaves the others unchanged. */
const STREAMS = { choice: 1, place: 2, main: 3, companion: 4, layout: 5, occluder: 6, caption: 7, light: 8 } as const;

/** Minimum area of an object in scene units: 8 % of the picture's 4. */
const LEAST_AREA = 0.32;

export function composeScene(r: Random, wishes: Wishes): Scene {
  const choice = r.fork(STREAMS.choice);
  const drawn = choice.integer(KINDS.length);
  const label = wishes.class ?? drawn;
  const kind = KINDS[label];
  const facetDrawn = choice.integer(kind.facets.length);
  const facetLabel = wishes.facet ?? facetDrawn;
  const facet = kind.facets[facetLabel];
  const placeName = choice.pick(facet.places);
  const place = PLACES[placeName];
  const time = choice.pick(place.times.filter((t) => facet.times?.includes(t) ?? true));
  const wantsCompanion = choice.chance(0.38);
  const wantsOccluder = choice.chance(0.3);

  const light = lightOf(r.fork(STREAMS.light), time, place.indoors);
  const backdrop = place.build(r.fork(STREAMS.place), time);
  const layout = r.fork(STREAMS.layout);
  const support = facet.flies && (place.support === 'ground' || place.support === 'water') ? 'air' : place.support;

  const main = model(r.fork(STREAMS.main), kind, facet, placeName, time, support);
  const beside =
    (wishes.companion ?? wantsCompanion) && !kind.alone
      ? companionOf(r.fork(STREAMS.companion), label, placeName, time)
      : undefined;
  const spots = arrange(layout, main, beside?.model, backdrop, support, beside?.support ?? support);

  const ground: Group = { shapes: backdrop.shapes, object: 0, x: 0, y: 0, sx: 1, sy: 1, angle: 0 };
  const groups: { group: Group; shadow?: Shadow }[] = [{ group: ground }];
  if (beside && spots.companion) {
    groups.push(...standing(beside.model, beside.label, spots.companion, beside.support, backdrop, r));
  }
  groups.push(...standing(main, label, spots.main, support, backdrop, r));
  if (wishes.occluder ?? wantsOccluder) {
    const shapes = occluder(r.fork(STREAMS.occluder), placeName, support, spots.main.box);
    if (shapes.length > 0) groups.push({ group: { ...ground, shapes } });
  }

  const subject: Subject = { noun: kind.name, look: main.look };
  const side = spots.companion && spots.companion.x > spots.main.x ? 'left' : 'right';
  const other = beside && ({ noun: KINDS[beside.label].name, look: beside.model.look, side } as const);
  const phrase = facet.flies && support === 'air' && place.above ? place.above : place.phrase;
  const caption = captionOf(r.fork(STREAMS.caption), subject, other, phrase, time, place.indoors);
  return { class: label, facet: facetLabel, caption, light, groups };
}

/** An object with its pose, before its size and position are known. */
interface Model {
  readonly kind: Kind;
  readonly shapes: readonly Shape[];
  readonly look: ReturnType<Kind['draw']>;
  /** Stretch along x (negative: mirrored) and rotation; then the bounding box and the filled share of it. */
  readonly stretch: number;
  readonly angle: number;
  readonly box: Box;
  readonly filled: number;
}

function model(r: Random, kind: Kind, facet: Facet, place: PlaceName, time: Time, support: Support): Model {
  const { pen, shapes } = createPen(r.fork(1), (part) => 1 + PARTS.indexOf(part));
  const look = kind.draw(pen, { facet: facet.name, time, place });
  const mirror = kind.mirrors === false ? 1 : r.sign();
  const stretch = mirror * r.between(0.92, 1.1);
  // Objects on a surface may have any rotation; others are nearly upright.
  const tilt = support === 'surface' ? Math.max(kind.tilt, 0.5) : support === 'wall' ? kind.tilt * 0.6 : kind.tilt;
  const angle = tilt * r.between(-1, 1);
  const whole = union(...shapes.map((s) => s.field));
  const box = sceneBox({ shapes, object: 0, x: 0, y: 0, sx: stretch, sy: 1, angle }, whole.box);
  return { kind, shapes, look, stretch, angle, box, filled: filledShare(whole.box, whole.distance) };
}

/** Share of `box` inside a shape, from a grid of points. */
function filledShare([x0, y0, x1, y1]: Box, distance: (x: number, y: number) => number): number {
  const n = 10;
  let inside = 0;
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) {
      if (distance(x0 + ((i + 0.5) / n) * (x1 - x0), y0 + ((j + 0.5) / n) * (y1 - y0)) < 0) inside++;
    }
  }
  return Math.max(inside / (n * n), 0.05);
}

interface Companion {
  readonly label: number;
  readonly model: Model;
  readonly support: Support;
}

/** An object of another class that can be in the same place at the same time, if there is one. */
function companionOf(r: Random, besides: number, placeName: PlaceName, time: Time): Companion | undefined {
  const fitting = KINDS.flatMap((kind, label) =>
    label === besides || kind.alone
      ? []
      : kind.facets
          .filter((facet) => facet.places.includes(placeName) && (facet.times?.includes(time) ?? true))
          .map((facet) => ({ kind, label, facet })),
  );
  if (fitting.length === 0) return undefined;
  const { kind, label, facet } = r.pick(fitting);
  const place: Place = PLACES[placeName];
  const support = facet.flies && (place.support === 'ground' || place.support === 'water') ? 'air' : place.support;
  return { label, support, model: model(r, kind, facet, placeName, time, support) };
}

/** The position of an object: its origin, its size, and its bounding box in the scene. */
interface Spot {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
  readonly box: Box;
}

function arrange(
  r: Random,
  main: Model,
  beside: Model | undefined,
  backdrop: Backdrop,
  support: Support,
  besideSupport: Support,
): { main: Spot; companion?: Spot } {
  const [low, high] = main.kind.height ?? [0.54, 0.74];
  const [mw, mh] = sizeOf(main);
  const widest = main.kind.alone ? 1.92 : beside ? 1.2 : 1.62;
  const wished = (2 * r.between(low, high)) / Math.max(mh, mw * 0.75);
  const least = Math.sqrt(LEAST_AREA / areaOf(main));
  const scale = Math.min(Math.max(wished, least), widest / mw, 1.86 / mh);
  const width = mw * scale;
  const side = r.sign();
  const shift = r.between(-1, 1);
  const closer = r.between(0.4, 0.6);
  const gap = r.between(0.03, 0.12);
  if (!beside) {
    const room = Math.min(0.22, Math.max(0, 0.97 - width / 2));
    return { main: spot(r, main, scale, shift * room, backdrop, support, 0) };
  }
  const [bw, bh] = sizeOf(beside);
  const smaller = Math.min(
    (closer * mh * scale) / Math.max(bh, bw * 0.8),
    Math.sqrt((0.3 * areaOf(main) * scale * scale) / areaOf(beside)),
    Math.min(0.68, 1.9 - width - gap) / bw,
  );
  const total = width + gap + bw * smaller;
  const start = -total / 2 + shift * Math.max(0, 0.96 - total / 2) * 0.8;
  const mainX = side < 0 ? start + width / 2 : start + bw * smaller + gap + width / 2;
  const besideX = side < 0 ? start + width + gap + (bw * smaller) / 2 : start + (bw * smaller) / 2;
  const placed = spot(r, main, scale, mainX, backdrop, support, 0);
  // Two standing objects share the ground; the smaller one is a little behind.
  const foot = support === besideSupport ? placed.box[3] : undefined;
  const room = Math.max(0, (foot ?? backdrop.foot[0]) - backdrop.horizon - 0.12);
  const back = Math.min(r.between(0, 0.16), room);
  return { main: placed, companion: spot(r, beside, smaller, besideX, backdrop, besideSupport, back, foot) };
}

const sizeOf = ({ box: [x0, y0, x1, y1] }: Model): readonly [number, number] => [x1 - x0, y1 - y0];
const areaOf = (m: Model): number => {
  const [w, h] = sizeOf(m);
  return w * h * m.filled;
};

/** The spot with the centre of the box at `x`. Standing objects are on the ground, `back` behind `near`. */
function spot(
  r: Random,
  { box: [x0, y0, x1, y1] }: Model,
  scale: number,
  x: number,
  { foot: [from, to], horizon }: Backdrop,
  support: Support,
  back: number,
  near?: number,
): Spot {
  const height = (y1 - y0) * scale;
  const slack = r.between(-1, 1);
  const lowest = Math.min(0.95, Math.max(from + (to - from) * (0.5 + 0.5 * slack), height - 0.95));
  const onGround = support === 'ground' || support === 'water';
  // Objects that fly above the ground are high in the sky.
  const middle = support === 'air' && horizon < 0.9 ? Math.max(-0.3, height / 2 - 0.95) : 0;
  const bottom = onGround
    ? (near ?? lowest) - back
    : middle + height / 2 + slack * Math.min(0.15, Math.max(0, 0.95 - height / 2 + middle));
  const y = bottom - y1 * scale;
  const left = x - (x0 + x1) * 0.5 * scale;
  return {
    x: left,
    y,
    scale,
    box: [left + x0 * scale, bottom - height, left + x1 * scale, bottom],
  };
}

/** An object in its spot, with its shadow, and the water that covers its foot. */
function standing(
  { shapes, stretch, angle }: Model,
  label: number,
  { x, y, scale, box }: Spot,
  support: Support,
  backdrop: Backdrop,
  r: Random,
): { group: Group; shadow?: Shadow }[] {
  const group: Group = { shapes, object: 1 + label, x, y, sx: stretch * scale, sy: scale, angle };
  if (support === 'ground') {
    return [{ group, shadow: { kind: 'floor', foot: box[3] - 0.01, horizon: backdrop.horizon, gap: 0 } }];
  }
  if (support === 'surface' || support === 'wall') {
    const gap = support === 'wall' ? 0.08 : 0.06;
    return [{ group, shadow: { kind: 'behind', foot: box[3], horizon: -1, gap } }];
  }
  if (support !== 'water' || !backdrop.water) return [{ group }];
  const [x0, , x1, foot] = box;
  const line = foot - 0.09;
  const shake = r.fork(label + 100);
  const crest = Array.from({ length: 9 }, (_, k) => {
    const at = x0 - 0.1 + ((x1 - x0 + 0.2) * k) / 8;
    return [at, line + shake.between(-0.02, 0.02)] as const;
  });
  const front: Shape = {
    field: blob([...crest, [x1 + 0.1, foot + 0.08], [x0 - 0.1, foot + 0.08]], 3),
    paint: backdrop.water.paint,
    part: 0,
    bevel: 0,
    lift: 0,
    horizon: backdrop.water.horizon,
  };
  const foam: Shape = {
    field: union(...crest.slice(1, -1).map(([cx, cy]) => ellipse(cx, cy + 0.01, 0.07, 0.014))),
    paint: { ...paint(shake, 'white'), rgb: [0.8, 0.89, 0.94] },
    part: 0,
    bevel: 0,
    lift: 0,
  };
  return [{ group }, { group: { ...group, shapes: [front, foam], object: 0, x: 0, y: 0, sx: 1, sy: 1, angle: 0 } }];
}

/** Something in front of the main object that covers less than a fifth of it. */
function occluder(r: Random, place: PlaceName, support: Support, [x0, y0, x1, y1]: Box): Shape[] {
  const base = { part: 0, lift: 0 };
  const width = x1 - x0;
  const height = y1 - y0;
  if (support === 'ground' && (place === 'meadow' || place === 'forest' || place === 'hills' || place === 'beach')) {
    const blades = Array.from({ length: 14 }, (_, k) => {
      const x = x0 - 0.1 + ((width + 0.2) * (k + r.uniform())) / 14;
      const tall = height * r.between(0.08, 0.24);
      return rod(x, y1 + 0.1, x + tall * r.between(-0.4, 0.4), y1 + 0.02 - tall, 0.022, 0.004);
    });
    const green = paint(r, 'green', { tint: place === 'beach' ? [0.6, 0.62, 0.3] : [0.25, 0.48, 0.16] });
    return blades.map((field) => ({ ...base, field, paint: shaded(green, r.between(0.8, 1.15)), bevel: 0.02 }));
  }
  if (support === 'ground' && (place === 'street' || place === 'snow')) {
    const x = x0 + width * r.pick([0.14, 0.86]);
    const half = Math.min(0.045, width * 0.045);
    const post = paint(r, r.pick(['gray', 'brown', 'red'] as const));
    return [{ ...base, field: rod(x, -0.2 + r.between(-0.3, 0.3), x, 1.1, half), paint: post, bevel: half }];
  }
  if (support === 'underwater' || support === 'air') return [];
  // A leaf that reaches into the picture from the side.
  const side = r.sign();
  const tip = (side < 0 ? x0 : x1) - side * width * r.between(0.08, 0.18);
  const y = y1 - height * r.between(0.05, 0.3);
  const far = tip + side * 0.6;
  const leaf = blob([
    [tip, y - 0.02],
    [tip + side * 0.2, y - 0.09],
    [far, y + 0.02],
    [far, y + 0.08],
    [tip + side * 0.18, y + 0.09],
  ]);
  return [
    { ...base, field: leaf, paint: paint(r, 'green', { texture: 'stripes', period: 0.12, angle: 0.6 }), bevel: 0.05 },
  ];
}
