// The renderer: shapes one after another, back to front, each inside its own box, with soft edges, texture, light and
// shadow, and the truth about every pixel beside its colour. Coordinates of a scene: -1 … 1 both ways, y down.

import { type Paint, type Rgb, scaled } from './colours.js';
import { lattice, type Random } from './random.js';
import { type Box, type Field, union } from './shapes.js';
import { TEXTURE_FUNCTIONS } from './textures.js';

/** One painted shape of a group, in the group's own coordinates. */
export interface Shape {
  readonly field: Field;
  readonly paint: Paint;
  /** 1 + index into PARTS; 0 for what is no part of an object. */
  readonly part: number;
  /** How far in from the edge the surface is rounded; as much as the radius makes a ball. */
  readonly bevel: number;
  /** How far it stands out from what is behind it in the same group, for the shadow it throws there; 0: none. */
  readonly lift: number;
  /** A floor: the texture runs away to the horizon at this y. */
  readonly horizon?: number;
  /** A ball of this radius about the group's origin: lit as one, and the texture is wrapped around it. */
  readonly wrap?: number;
  /** Turned on a lathe about the group's y axis, with this radius: lit as a cylinder. */
  readonly lathe?: number;
  /** How far its own light reaches around it. */
  readonly halo?: number;
}

/** Shapes that move together: an object, or a piece of the background. */
export interface Group {
  readonly shapes: readonly Shape[];
  /** 1 + index into CLASSES; 0 for the background. */
  readonly object: number;
  /** Where the group's origin lands in the scene. */
  readonly x: number;
  readonly y: number;
  /** Stretch along the group's x and y; negative mirrors. */
  readonly sx: number;
  readonly sy: number;
  /** Turn in radians, clockwise. */
  readonly angle: number;
}

/** The light of a whole scene. */
export interface Light {
  /** Towards the light, of length 1; z towards the viewer. */
  readonly direction: readonly [x: number, y: number, z: number];
  /** What reaches every surface, and what the light adds where it falls straight on. */
  readonly ambient: Rgb;
  readonly sun: Rgb;
  /** How dark shadows are, 0 … 1. */
  readonly shadow: number;
}

/** A picture in the making. `rgb` is 0 … 1, interleaved; labels are one byte per pixel. */
export interface Canvas {
  readonly size: number;
  readonly rgb: Float32Array;
  readonly object: Uint8Array;
  readonly part: Uint8Array;
  readonly colour: Uint8Array;
  readonly texture: Uint8Array;
  /** A shape's distances while it is painted. */
  readonly distances: Float32Array;
}

export function createCanvas(size: number): Canvas {
  const n = size * size;
  return {
    size,
    rgb: new Float32Array(3 * n),
    object: new Uint8Array(n),
    part: new Uint8Array(n),
    colour: new Uint8Array(n),
    texture: new Uint8Array(n),
    distances: new Float32Array((size + 2) * (size + 2)),
  };
}

const clamp = (x: number): number => Math.min(Math.max(x, 0), 1);

/** From scene to group coordinates: (a x + b y + c, d x + e y + f). */
interface Inverse {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
  /** Scene units per group unit. */
  readonly scale: number;
}

function inverseOf({ x, y, sx, sy, angle }: Group): Inverse {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const [a, b, d, e] = [cos / sx, sin / sx, -sin / sy, cos / sy];
  return { a, b, c: -a * x - b * y, d, e, f: -d * x - e * y, scale: Math.sqrt(Math.abs(sx * sy)) };
}

/** The box in the scene that holds `box` of the group. */
export function sceneBox({ x, y, sx, sy, angle }: Group, [x0, y0, x1, y1]: Box): Box {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const mx = ((x0 + x1) / 2) * sx;
  const my = ((y0 + y1) / 2) * sy;
  const hx = Math.abs(((x1 - x0) / 2) * sx);
  const hy = Math.abs(((y1 - y0) / 2) * sy);
  const cx = x + cos * mx - sin * my;
  const cy = y + sin * mx + cos * my;
  const w = Math.abs(cos) * hx + Math.abs(sin) * hy;
  const h = Math.abs(sin) * hx + Math.abs(cos) * hy;
  return [cx - w, cy - h, cx + w, cy + h];
}

/** Columns and rows of the pixels whose centres may lie in `box`, grown by `margin`. */
function pixelsOf(size: number, [x0, y0, x1, y1]: Box, margin: number): readonly [number, number, number, number] {
  const from = (at: number): number => Math.max(0, Math.floor(((at - margin + 1) / 2) * size));
  const to = (at: number): number => Math.min(size, Math.ceil(((at + margin + 1) / 2) * size));
  return [from(x0), from(y0), to(x1), to(y1)];
}

/** Paint a group over the canvas, with its labels. */
export function paintGroup(canvas: Canvas, group: Group, light: Light): void {
  const inverse = inverseOf(group);
  for (const shape of group.shapes) {
    if (shape.lift > 0 && group.object > 0) partShadow(canvas, group, shape, inverse, light);
    paintShape(canvas, group, shape, inverse, light);
    if (shape.halo !== undefined) addHalo(canvas, group, shape, inverse, shape.halo);
  }
}

function paintShape(canvas: Canvas, group: Group, shape: Shape, inverse: Inverse, light: Light): void {
  const { size, rgb, distances } = canvas;
  const { a, b, c, d, e, f, scale } = inverse;
  const { field, paint, bevel, horizon, wrap, lathe } = shape;
  const round = wrap ?? lathe;
  const distance = field.distance;
  const pixel = 2 / size;
  const unit = pixel / scale;
  const textured = paint.texture > 1;
  const texture = TEXTURE_FUNCTIONS[paint.texture - 1];
  const tc = Math.cos(paint.angle) / paint.period;
  const ts = Math.sin(paint.angle) / paint.period;
  const [lx, ly, lz] = light.direction;
  const halfway = Math.sqrt(lx * lx + ly * ly + (lz + 1) * (lz + 1));
  // A ball's and a cylinder's lean in the scene, from that in the group.
  const cos = Math.cos(group.angle) * Math.sign(group.sx);
  const sin = Math.sin(group.angle) * Math.sign(group.sx);
  const upright = Math.sign(group.sx * group.sy);
  const [px0, py0, px1, py1] = pixelsOf(size, sceneBox(group, field.box), pixel);
  if (px0 >= px1 || py0 >= py1) return;
  // Distances first, with a pixel around them: what the surface leans by is their slope.
  const row = px1 - px0 + 2;
  for (let py = py0 - 1; py <= py1; py++) {
    const sy = (py + 0.5) * pixel - 1;
    for (let px = px0 - 1, k = (py - py0 + 1) * row; px <= px1; px++, k++) {
      const sx = (px + 0.5) * pixel - 1;
      distances[k] = distance(a * sx + b * sy + c, d * sx + e * sy + f);
    }
  }
  for (let py = py0; py < py1; py++) {
    const sy = (py + 0.5) * pixel - 1;
    for (let px = px0, k = (py - py0 + 1) * row + 1; px < px1; px++, k++) {
      const at = distances[k];
      const cover = clamp(0.5 - at / unit);
      if (cover <= 0) continue;
      const sx = (px + 0.5) * pixel - 1;
      const x = a * sx + b * sy + c;
      const y = d * sx + e * sy + f;

      let [red, green, blue] = paint.rgb;
      if (paint.fade) {
        const { to, from, until } = paint.fade;
        const t = clamp((y - from) / (until - from));
        red += (to[0] - red) * t;
        green += (to[1] - green) * t;
        blue += (to[2] - blue) * t;
      }
      if (textured) {
        let u: number;
        let v: number;
        let w = unit / paint.period;
        if (horizon !== undefined) {
          const depth = Math.max(y - horizon, 0) + 0.12;
          u = x / (depth * paint.period);
          v = 1 / (depth * paint.period);
          w /= depth * Math.sqrt(depth);
          if (paint.angle !== 0) [u, v] = [v, u];
        } else {
          let tx = x;
          let ty = y;
          if (wrap !== undefined) {
            const z = Math.sqrt(Math.max(0, 1 - (x * x + y * y) / (wrap * wrap)));
            const k = 1.5 / (0.5 + z);
            tx *= k;
            ty *= k;
            w *= k;
          }
          u = tc * tx + ts * ty;
          v = tc * ty - ts * tx;
        }
        const t = texture(u + paint.shift, v + paint.shift, w);
        red += (paint.second[0] - red) * t;
        green += (paint.second[1] - green) * t;
        blue += (paint.second[2] - blue) * t;
      }

      // The surface leans outwards near the edge, as if the shape were a cushion of thickness `bevel`.
      let lit = lz;
      let shine = 0;
      if (at > -bevel || round !== undefined) {
        let gx: number;
        let gy: number;
        let lean: number;
        if (round === undefined) {
          gx = (distances[k + 1] - distances[k - 1]) / (2 * unit);
          gy = (distances[k + row] - distances[k - row]) / (2 * unit);
          lean = Math.min(0.96, 1 + Math.min(at, 0) / (bevel + 1e-9)) / Math.max(1, Math.sqrt(gx * gx + gy * gy));
        } else {
          const u = x / round;
          const v = wrap === undefined ? 0 : y / round;
          gx = cos * u - sin * v * upright;
          gy = sin * u + cos * v * upright;
          lean = 0.96 / Math.max(1, Math.sqrt(u * u + v * v));
        }
        const nx = gx * lean;
        const ny = gy * lean;
        const nz = Math.sqrt(Math.max(0.05, 1 - nx * nx - ny * ny));
        lit = Math.max(0, nx * lx + ny * ly + nz * lz);
        if (paint.gloss > 0) {
          const h = Math.max(0, (nx * lx + ny * ly + nz * (lz + 1)) / halfway);
          const h2 = h * h;
          const h4 = h2 * h2;
          const h16 = h4 * h4 * h4 * h4;
          shine = paint.gloss * h16 * h16;
        }
      }
      const { ambient, sun } = light;
      const glow = paint.glow;
      const i = py * size + px;
      const o = 3 * i;
      const lr = glow + (1 - glow) * (ambient[0] + sun[0] * lit);
      const lg = glow + (1 - glow) * (ambient[1] + sun[1] * lit);
      const lb = glow + (1 - glow) * (ambient[2] + sun[2] * lit);
      rgb[o] += (red * lr + shine * sun[0] - rgb[o]) * cover;
      rgb[o + 1] += (green * lg + shine * sun[1] - rgb[o + 1]) * cover;
      rgb[o + 2] += (blue * lb + shine * sun[2] - rgb[o + 2]) * cover;
      if (cover >= 0.5) {
        canvas.object[i] = group.object;
        canvas.part[i] = shape.part;
        canvas.colour[i] = paint.colour;
        canvas.texture[i] = paint.texture;
      }
    }
  }
}

function darken(rgb: Float32Array, o: number, by: number): void {
  const k = 1 - by;
  // Shadows are a little blue: what lights them is the sky.
  rgb[o] *= k;
  rgb[o + 1] *= k + 0.05 * by;
  rgb[o + 2] *= k + 0.18 * by;
}

/** The shadow of one shape on those of its own object that are already there. */
function partShadow(canvas: Canvas, group: Group, shape: Shape, inverse: Inverse, light: Light): void {
  const { size, rgb, object } = canvas;
  const { a, b, c, d, e, f, scale } = inverse;
  const pixel = 2 / size;
  const reach = shape.lift * scale;
  const dx = -light.direction[0] * reach;
  const dy = -light.direction[1] * reach;
  const soft = shape.lift * 0.6 + (0.5 * pixel) / scale;
  const [x0, y0, x1, y1] = sceneBox(group, shape.field.box);
  const [px0, py0, px1, py1] = pixelsOf(size, [x0 + dx, y0 + dy, x1 + dx, y1 + dy], soft * scale);
  for (let py = py0; py < py1; py++) {
    const sy = (py + 0.5) * pixel - 1 - dy;
    for (let px = px0; px < px1; px++) {
      const i = py * size + px;
      if (object[i] !== group.object) continue;
      const sx = (px + 0.5) * pixel - 1 - dx;
      const at = shape.field.distance(a * sx + b * sy + c, d * sx + e * sy + f);
      const t = clamp(0.5 - at / (2 * soft));
      if (t > 0) darken(rgb, 3 * i, 0.8 * light.shadow * t * t * (3 - 2 * t));
    }
  }
}

/** How an object's shadow falls on the background. */
export interface Shadow {
  /** `floor`: it runs along the ground from `foot`, as far back as `horizon`. `behind`: on what is close behind. */
  readonly kind: 'floor' | 'behind';
  /** y in the scene: where the object stands, and where the ground ends. */
  readonly foot: number;
  readonly horizon: number;
  /** Distance to the surface behind, in scene units. */
  readonly gap: number;
}

/** The shapes without those whose box lies in another's: small things on large ones add nothing to a shadow. */
function outermost(shapes: readonly Shape[]): readonly Shape[] {
  return shapes.filter(({ field: { box: inner } }, k) =>
    shapes.every(({ field: { box: outer } }, j) => {
      const inside = inner[0] >= outer[0] && inner[1] >= outer[1] && inner[2] <= outer[2] && inner[3] <= outer[3];
      const same =
        inside && outer[0] === inner[0] && outer[1] === inner[1] && outer[2] === inner[2] && outer[3] === inner[3];
      return j === k || !inside || (same && k < j);
    }),
  );
}

/** Height of a floor shadow per height of the object. */
const FLATTENED = 0.3;

/** Darken the background where `group` keeps the light away. Call before painting the group. */
export function castShadow(canvas: Canvas, group: Group, shadow: Shadow, light: Light): void {
  const { size, rgb } = canvas;
  const whole = union(...outermost(group.shapes).map((s) => s.field));
  const { a, b, c, d, e, f, scale } = inverseOf(group);
  const pixel = 2 / size;
  const [x0, y0, x1, y1] = sceneBox(group, whole.box);
  const floor = shadow.kind === 'floor';
  const lean = -light.direction[0] * 1.3;
  const height = shadow.foot - y0;
  const dx = -light.direction[0] * shadow.gap;
  const dy = -light.direction[1] * shadow.gap;
  const target: Box = floor
    ? [
        x0 + Math.min(0, height * lean),
        Math.max(shadow.horizon, shadow.foot - height * FLATTENED),
        x1 + Math.max(0, height * lean),
        shadow.foot + 0.06,
      ]
    : [x0 + dx, y0 + dy, x1 + dx, y1 + dy];
  const [px0, py0, px1, py1] = pixelsOf(size, target, 0.08);
  for (let py = py0; py < py1; py++) {
    const sy = (py + 0.5) * pixel - 1;
    if (floor && sy < shadow.horizon) continue;
    for (let px = px0; px < px1; px++) {
      const i = py * size + px;
      if (canvas.object[i] !== 0) continue;
      const sx = (px + 0.5) * pixel - 1;
      let x = sx - dx;
      let y = sy - dy;
      let soft = shadow.gap * 0.5 + 0.5 * pixel;
      let fade = 1;
      if (floor) {
        const above = (shadow.foot - sy) / FLATTENED;
        x = sx - above * lean;
        y = shadow.foot - above;
        soft = 0.03 + 0.07 * Math.max(0, above) + 0.5 * pixel;
        fade = 1 - 0.45 * clamp(above);
      }
      const at = whole.distance(a * x + b * y + c, d * x + e * y + f) * scale;
      const t = clamp(0.5 - at / (2 * soft));
      if (t > 0) darken(rgb, 3 * i, light.shadow * fade * t * t * (3 - 2 * t));
    }
  }
}

/** Light that a shining shape spills around itself. */
function addHalo(canvas: Canvas, group: Group, shape: Shape, inverse: Inverse, halo: number): void {
  const { size, rgb } = canvas;
  const { a, b, c, d, e, f } = inverse;
  const pixel = 2 / size;
  const [red, green, blue] = scaled(shape.paint.rgb, 0.4);
  const [px0, py0, px1, py1] = pixelsOf(size, sceneBox(group, shape.field.box), halo * inverse.scale);
  for (let py = py0; py < py1; py++) {
    const sy = (py + 0.5) * pixel - 1;
    for (let px = px0; px < px1; px++) {
      const sx = (px + 0.5) * pixel - 1;
      const at = shape.field.distance(a * sx + b * sy + c, d * sx + e * sy + f);
      if (at <= 0 || at >= halo) continue;
      const t = 1 - at / halo;
      const o = 3 * (py * size + px);
      rgb[o] += red * t * t;
      rgb[o + 1] += green * t * t;
      rgb[o + 2] += blue * t * t;
    }
  }
}

/** What the camera adds: exposure, white balance, vignette and the sensor's noise. Gives RGBA bytes. */
export function develop(canvas: Canvas, r: Random): Uint8ClampedArray<ArrayBuffer> {
  const { size, rgb } = canvas;
  const exposure = r.between(0.9, 1.08);
  const warm = r.between(-0.035, 0.035);
  const gains = [exposure * (1 + warm), exposure, exposure * (1 - warm)];
  const vignette = r.between(0.02, 0.2);
  const grain = r.between(0.006, 0.022);
  const contrast = r.between(0, 0.35);
  const key = r.integer(1 << 24);
  const out = new Uint8ClampedArray(4 * size * size);
  for (let py = 0; py < size; py++) {
    const y = ((py + 0.5) * 2) / size - 1;
    for (let px = 0; px < size; px++) {
      const x = ((px + 0.5) * 2) / size - 1;
      const i = py * size + px;
      const k = 1 - vignette * 0.5 * (x * x + y * y);
      const common = lattice(i, key) - 0.5;
      for (let channel = 0; channel < 3; channel++) {
        const light = clamp(rgb[3 * i + channel] * gains[channel] * k);
        const curved = light + contrast * (light * light * (3 - 2 * light) - light);
        const noise = common + lattice(i, key + 1 + channel) - 0.5;
        out[4 * i + channel] = 255 * curved + 255 * grain * 2 * noise;
      }
      out[4 * i + 3] = 255;
    }
  }
  return out;
}
