// What `convscope ppgn` gives its chains beside what is wanted: nets, statistics of codes, pictures.
import { basename } from 'node:path';
import { OptionError } from '../../core/errors.js';
import type { Context } from '../../gpu/context.js';
import { requireWeights } from '../../graph/lazyWeights.js';
import type { Model } from '../../graph/model.js';
import { activations } from '../../scene/forward.js';
import { imageShape, type Picture, preprocessPicture } from '../../scene/input.js';
import { embeddedCodes, loadCodes } from '../codes.js';
import { readBytes } from '../files.js';
import { loadModel } from '../models.js';
import { WORLD } from '../sources/names.js';
import { openPicture } from './inputs.js';
import type { CommonOptions } from './shared.js';

/** The options of the command. */
export interface Options extends CommonOptions {
  readonly class: readonly string[];
  readonly unit: readonly string[];
  readonly caption?: string;
  readonly generator: string;
  readonly encoder: string;
  readonly layer: string;
  readonly denoiser: string;
  readonly captioner: string;
  readonly reader: string;
  readonly captionLayers: string;
  readonly words?: string;
  readonly codes?: string;
  readonly variant: string;
  readonly step: string;
  readonly epsilon1?: string;
  readonly epsilon2?: string;
  readonly epsilon3?: string;
  readonly epsilon4?: string;
  readonly rate?: string;
  readonly lastRate?: string;
  readonly spread?: string;
  readonly terms: string;
  readonly from?: string;
  readonly start?: string;
  readonly inpaint?: string;
  readonly mask?: string;
  readonly chains: string;
  readonly seed: string;
  readonly steps: string;
  readonly every: string;
  readonly threshold?: string;
  readonly reset?: string;
  readonly film?: string;
  readonly out: string;
}

/** The nets that the variant and the condition need, by the names that the parts have for them. */
export async function netsFor(options: Options): Promise<Readonly<Record<string, Model>>> {
  const wanted: Record<string, string> = { generator: options.generator, encoder: options.encoder };
  if (options.variant === 'ppgn-h' || options.variant === 'ppgn-x') wanted.denoiser = options.denoiser;
  if (options.caption !== undefined) {
    wanted.captioner = options.captioner;
    wanted.reader = options.reader;
  }
  const nets: Record<string, Model> = {};
  for (const [name, spec] of Object.entries(wanted)) {
    nets[name] = await loadModel(spec);
    requireWeights(nets[name]);
  }
  if (nets.captioner && options.words !== undefined)
    nets.captioner = { ...nets.captioner, labels: await wordsIn(options.words) };
  return nets;
}

/** Words of a captioner, the end of a sentence first. */
async function wordsIn(path: string): Promise<readonly string[]> {
  const lines = new TextDecoder().decode(await readBytes(path)).split(/\r?\n/);
  return ['<EOS>', ...lines.map((line) => line.trim()).filter((line) => line !== '')];
}

/** Statistics of codes: those that are named, or those of the encoder. */
export async function codesFor({ codes, encoder }: Options) {
  const from = codes ?? (await embeddedCodes()).find((name) => name === encoder);
  if (from !== undefined) return loadCodes(from);
  console.error(
    `convscope: nothing is known of the codes of '${encoder}': chains start about 0, and have no bounds. Measure them with convscope codes, and name the file with --codes.`,
  );
  return undefined;
}

/** The picture with the hole, and its mask. */
export async function referencesOf(
  model: Model,
  { inpaint, mask }: Options,
): Promise<Readonly<Record<string, Picture>>> {
  if (inpaint === undefined || mask === undefined) return {};
  const [, H, W] = imageShape(model);
  const box = /^\d+,\d+,\d+,\d+$/.test(mask) ? mask.split(',').map(Number) : undefined;
  if (!box) return { picture: await openPicture(inpaint), mask: await openPicture(mask) };
  const [y0, x0, y1, x1] = box;
  if (!(y0 < y1 && y1 <= H && x0 < x1 && x1 <= W)) {
    throw new OptionError(
      '--mask',
      `must be y0,x0,y1,x1 within ${H}×${W} pixels, the first below the second, got ${mask}`,
    );
  }
  const data = new Uint8ClampedArray(4 * H * W);
  for (let i = 0; i < H * W; i++) {
    const [y, x] = [Math.floor(i / W), i % W];
    data.fill(y >= y0 && y < y1 && x >= x0 && x < x1 ? 255 : 0, 4 * i, 4 * i + 3);
    data[4 * i + 3] = 255;
  }
  return { picture: await openPicture(inpaint), mask: { width: W, height: H, data } };
}

/** The code that the encoder finds in a picture. */
export async function codeOf(ctx: Context, encoder: Model, layer: string, picture: Picture): Promise<Float32Array> {
  const data = await preprocessPicture(ctx, encoder, picture);
  const found = (await activations(ctx, encoder, data, [layer])).get(layer);
  if (!found) throw new OptionError('--layer', `'${encoder.name}' has no '${layer}'`);
  return Float32Array.from(found.data);
}

/** What a sample's recipe says of what its chain was given; as the page writes it. */
export interface Given {
  /** The picture of the world from whose code it started. */
  readonly start?: number;
  /** The picture of the world that has a hole. */
  readonly hole?: number;
  /** A picture that is not of the world stood in the place of one: of the hole’s where there is one, else of the start’s. */
  readonly own?: string;
  /** With a hole: a picture that is not of the world, from whose code it started. */
  readonly ownStart?: string;
  /** The encoder’s layer with the code of the start. */
  readonly layer?: string;
}

/** What the chains of this run were given. */
export function givenTo({ start, inpaint, layer }: Pick<Options, 'start' | 'inpaint' | 'layer'>): Given {
  const world = (source: string | undefined) => {
    const index = source === undefined ? undefined : WORLD.exec(source)?.[1];
    return index === undefined ? undefined : Number(index);
  };
  const ownOf = (source: string | undefined) =>
    source === undefined || WORLD.test(source) ? undefined : basename(source);
  const [first, hole] = [world(start), world(inpaint)];
  const [ownStart, ownHole] = [ownOf(start), ownOf(inpaint)];
  const own = inpaint === undefined ? ownStart : ownHole;
  return {
    ...(first !== undefined && { start: first }),
    ...(hole !== undefined && { hole }),
    ...(own !== undefined && { own }),
    ...(inpaint !== undefined && ownStart !== undefined && { ownStart }),
    ...(start !== undefined && { layer }),
  };
}
