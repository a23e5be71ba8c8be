// What the page and its worker say to each other.
import type { Guess, LiveLayer, Preprocessing } from 'convscope';
import type { Rect } from 'convscope/views';
import type { ArrayFrame } from './arrayFile.js';
import type { UnitName } from './jobs.js';
import type { NetGiven } from './modelFiles.js';
import type { PatternProgress } from './patterns.js';
import type { PreferredImages } from './preferred.js';
import type { SideReport, SideValue } from './sideValues.js';
import type { ToolboxState } from './state.js';
import type { UnitTop } from './topPictures.js';
import type { VectorValues } from './vectorValues.js';

/** The canvases that the worker draws on. */
export const PANES = ['input', 'grid', 'unit', 'back'] as const;
export type Pane = (typeof PANES)[number];

/** A file of a net, as it was dropped or fetched. */
export interface NetFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a frame shows, in words, and when it was taken, in milliseconds since 1970: no two frames have the same. */
export interface PictureName {
  readonly name: string;
  readonly at: number;
}

/** A frame, which is the worker's to close. */
export interface FrameMessage extends PictureName {
  readonly type: 'frame';
  readonly frame: ImageBitmap | VideoFrame | ArrayFrame;
  readonly mirror: boolean;
  /** One of a stream: others follow. */
  readonly live: boolean;
}

/**
 * One opening of a net. The worker counts them, and the same files opened again, with other labels or another preprocessing, are
 * another one. Whatever is said of a net says of which opening, and is thrown away where another is open by then.
 */
interface OfNet {
  readonly net: number;
}

/** What the worker is asked for, so that its answer can be told from the answer to something else. */
interface Asked {
  readonly request: number;
}

export type ToWorker =
  | { readonly type: 'open'; readonly canvases: Readonly<Record<Pane, OffscreenCanvas>> }
  | { readonly type: 'size'; readonly pane: Pane; readonly width: number; readonly height: number }
  /** A net, and what may come with it: labels in a file that `readLabels` reads, a mean as `.binaryproto` or `.npy`. */
  | ({ readonly type: 'model'; readonly files: readonly NetFile[] } & NetGiven & Asked)
  /** Labels or a mean for the net that is open. */
  | ({ readonly type: 'more'; readonly files: readonly NetFile[] } & OfNet & Asked)
  /** How pixels become the open net's input, where its file does not say or says it wrongly. */
  | ({
      readonly type: 'preprocessing';
      readonly preprocessing: Partial<Preprocessing>;
      /** Height and width, where the file leaves them open and others are wanted. */
      readonly size?: readonly [height: number, width: number];
    } & OfNet)
  /** What a further input of the open net is to hold. */
  | ({ readonly type: 'side'; readonly name: string; readonly value: SideValue } & OfNet)
  /** The person's pictures, in which units' best ones are searched. */
  | { readonly type: 'pictures'; readonly files: readonly File[] }
  /** Layers and units in it are those of the net `net`; 0 before there is one. */
  | ({ readonly type: 'state'; readonly state: ToolboxState } & OfNet)
  | FrameMessage
  /** Where the pointer is, as fractions of the pane. */
  | { readonly type: 'point'; readonly pane: Pane; readonly x: number; readonly y: number; readonly pick: boolean }
  /** The part of the grid that fills its pane. */
  | { readonly type: 'view'; readonly view: Rect }
  | { readonly type: 'pause'; readonly paused: boolean }
  /** For tests: ends the device as a crash would. */
  | { readonly type: 'lose device' };

export interface ModelReport {
  /** The opening that this is, unlike every other. */
  readonly id: number;
  readonly name: string;
  readonly layers: readonly LiveLayer[];
  readonly labels: readonly string[];
  /** Layers whose units are the classes that the labels name. */
  readonly classLayers: readonly string[];
  /** `[C, H, W]` of the input. */
  readonly input: readonly number[];
  /** The file leaves height and width open: the person may choose others. */
  readonly openSize: boolean;
  /** Its further inputs. */
  readonly sides: readonly SideReport[];
  readonly preprocessing: Preprocessing;
  /** What the importer had to decide. */
  readonly notes: readonly string[];
  /** The weights are drawn from a seed and not trained. */
  readonly seeded: boolean;
}

/** What the panes show: their captions say this, and not what was asked for meanwhile. */
export interface Drawn {
  /** The layer in the grid, and the unit that is drawn large. */
  readonly unit: UnitName;
  /** The unit whose back-projection is drawn; absent while it is not there yet, or off. */
  readonly origin?: UnitName;
  readonly shown: ToolboxState['shown'];
  readonly picture: PictureName;
}

/** How the last half second went. */
export interface Pace {
  readonly fps: number;
  /** From the frame's arrival to the end of drawing, in milliseconds. */
  readonly latency: number;
  /** On the worker's thread, per frame: what encoding costs. */
  readonly encode: number;
  readonly frames: number;
}

/** What is said of the net that is open. */
export type OfOpenNet = OfNet &
  (
    | { readonly type: 'drawn'; readonly drawn: Drawn }
    /** For the picture that was taken `at`. */
    | { readonly type: 'guesses'; readonly guesses: readonly Guess[]; readonly at: number }
    | { readonly type: 'history'; readonly unit: UnitName; readonly values: Float32Array }
    /** Of a layer without maps that is drawn, a few times a second. */
    | { readonly type: 'vector'; readonly read: VectorValues }
    /** What is under the pointer; absent: nothing. */
    | {
        readonly type: 'hover';
        readonly unit?: UnitName;
        readonly h?: number;
        readonly w?: number;
        readonly value?: number;
      }
    /** What the further inputs hold now. */
    | { readonly type: 'sides'; readonly sides: readonly SideReport[] }
    | { readonly type: 'picked'; readonly unit: UnitName }
    | { readonly type: 'preferred'; readonly images: PreferredImages }
    | { readonly type: 'top'; readonly top: UnitTop }
    | { readonly type: 'patterns'; readonly progress: PatternProgress }
    /** The first layer with activations that are no numbers; absent: there is none any more. */
    | { readonly type: 'not finite'; readonly layer?: string }
  );

export type FromWorker =
  | { readonly type: 'device'; readonly adapter: string; readonly software: boolean }
  | { readonly type: 'no webgpu'; readonly message: string }
  /** A net is open; `request`: the one that asked for it, absent where the device or the preprocessing is another. */
  | { readonly type: 'model'; readonly report: ModelReport; readonly request?: number }
  /** The net's files hold no weights, and seeded ones were not asked for. */
  | ({ readonly type: 'no weights'; readonly name: string } & Asked)
  /** The worker is ready for another frame. */
  | { readonly type: 'ready' }
  | { readonly type: 'pace'; readonly pace: Pace }
  | OfOpenNet
  /** The device was lost: what it computed is no longer there. */
  | { readonly type: 'lost' }
  /** There is another: send the picture once more. */
  | { readonly type: 'recovered' }
  /** `request`: what was asked for and does not come. */
  | { readonly type: 'error'; readonly message: string; readonly fatal: boolean; readonly request?: number };
