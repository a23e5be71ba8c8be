// What index.json of a gallery says.
import type { GalleryPlan } from './files.js';

/** A picture with tiles of one layer by one preset. */
export interface Sheet {
  readonly file: string;
  readonly layer: string;
  readonly preset: string;
  readonly width: number;
  readonly height: number;
}

/** Where one image of a gallery is, and how it came out. */
export interface SheetTile {
  readonly unit: string;
  readonly preset: string;
  readonly seed: number;
  readonly label?: string;
  /** Place among the sheets, and pixels from its left and top edge; absent where there is no image. */
  readonly sheet?: number;
  readonly x?: number;
  readonly y?: number;
  /** What was raised, at the last step. */
  readonly objective: number;
  readonly steps: number;
  /** The unit has no preferred image: `remark` says why. */
  readonly dead?: true;
  readonly remark?: string;
}

/** The content of index.json. */
export interface GalleryIndex extends Omit<GalleryPlan, 'pieces'> {
  readonly adapters: readonly string[];
  readonly sheets: readonly Sheet[];
  readonly tiles: readonly SheetTile[];
}
