// Labels of pictures: what is where in each, by category, and how labels of any size are brought to the places of a net's input.
import { OptionError } from '../core/errors.js';
import type { Model } from '../graph/model.js';
import type { ImageId } from './images.js';
import type { Picture } from './input.js';
import { imageShape } from './input.js';
import { pixelAttrs } from './picture.js';

/** Something that pictures are labelled with: `object`, `car`. */
export interface Concept {
  readonly category: string;
  readonly name: string;
}

/** The concept of each pixel, row after row: 0 for none, else 1 + its place in the list of concepts. */
export interface LabelMap {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint16Array;
}

/**
 * A picture, and for each category of `categoriesOf` what it is labelled with: maps, several where a pixel has several concepts, or a
 * number, again 1 + a concept's place, for the whole picture. A category without any was not annotated here.
 */
export interface LabelledPicture {
  readonly picture: Picture;
  readonly labels: readonly (readonly (LabelMap | number)[])[];
}

/** A set of labelled pictures. */
export interface LabelledSet {
  /** Where they come from. */
  readonly source: string;
  readonly concepts: readonly Concept[];
  readonly images: readonly {
    readonly id: ImageId;
    /** Decodes both when their turn comes. @throws ImageError */
    load(): Promise<LabelledPicture>;
  }[];
}

/** Rows and columns of places that labels are brought to, evenly over the net's input. */
export type LabelSize = readonly [rows: number, columns: number];

/** Labels at places of a net's input, row after row; a number still means all of them. */
export type PlacedLabel = Uint8Array | Uint16Array | number;

/** For each category what a picture is labelled with. */
export type PlacedLabels = readonly (readonly PlacedLabel[])[];

/** The categories of concepts in the order in which they come, and the place of each concept's own among them. */
export function categoriesOf(concepts: readonly Concept[]): {
  readonly names: readonly string[];
  readonly of: readonly number[];
} {
  const names = [...new Set(concepts.map(({ category }) => category))];
  return { names, of: concepts.map(({ category }) => names.indexOf(category)) };
}

/** Sides up to this one are not halved: parts of small pictures are a few pixels wide. */
const SMALL = 64;

/** Half the net's input, as the authors of Network Dissection have it (113 of 227), but no less than 64 or the input. */
export function labelSize(model: Model): LabelSize {
  const [, H, W] = imageShape(model);
  const half = (side: number) => Math.max(Math.floor(side / 2), Math.min(side, SMALL));
  return [half(H), half(W)];
}

/**
 * Labels of a picture at `size` places of the net's input: of each place the nearest pixel, in the part of the picture that the net is
 * shown.
 */
export function placedLabels(
  model: Model,
  { picture, labels }: LabelledPicture,
  [rows, columns]: LabelSize,
): PlacedLabels {
  const { crop } = pixelAttrs(model, picture.height, picture.width);
  const placedOne = (labelled: LabelMap | number): PlacedLabel => {
    if (typeof labelled === 'number') return labelled;
    const { width, height, data } = labelled;
    if (data.length !== width * height) {
      throw new OptionError(
        'labels',
        `a map of ${width}x${height} needs ${width * height} numbers, got ${data.length}`,
      );
    }
    const ys = nearest(rows, crop.top / picture.height, crop.height / picture.height, height);
    const xs = nearest(columns, crop.left / picture.width, crop.width / picture.width, width);
    const placed = data instanceof Uint8Array ? new Uint8Array(rows * columns) : new Uint16Array(rows * columns);
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) placed[y * columns + x] = data[ys[y] * width + xs[x]];
    }
    return placed;
  };
  return labels.map((own) => own.map(placedOne));
}

/** The pixel of `length` below the middle of each of `count` places, which cover the share `extent` from `start` on. */
const nearest = (count: number, start: number, extent: number, length: number): Uint32Array =>
  Uint32Array.from({ length: count }, (_, i) =>
    Math.min(length - 1, Math.floor((start + ((i + 0.5) / count) * extent) * length)),
  );
