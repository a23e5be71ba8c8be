// The messages between the page and its worker.
import type { Guess, LiveLayer, Preprocessing } from 'convscope';
import type { Rect } from 'convscope/views';
import type { ArrayFrame } from './arrayFile.js';
import type { HeatNews, HeatOf } from './heat.js';
import type { UnitName } from './jobs.js';
import type { MethodInfo } from './methodText.js';
import type { NetGiven } from './modelFiles.js';
import type { PatternProgress } from './patterns.js';
import type { PreferredImages } from './preferred.js';
import type { FolderGiven } from './resultFolder.js';
import type { ResultsReport } from './results.js';
import type { SideReport, SideValue } from './sideValues.js';
import type { ToolboxState } from './state.js';
import type { UnitTop } from './topPictures.js';
import type { VectorValues } from './vectorValues.js';

/** The canvases that the worker draws on. */
export const PANES = ['input', 'grid', 'unit', 'back'] as const;
export type Pane = (typeof PANES)[number];

/** A file of a net, dropped or fetched. */
export interface NetFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A description of a frame, and the time when it was taken in milliseconds since 1970. It is unique for each frame. */
export interface PictureName {
  readonly name: string;
  readonly at: number;
}

/** A frame. The worker must close it. */
export interface FrameMessage extends PictureName {
  readonly type: 'frame';
  readonly frame: ImageBitmap | VideoFrame | ArrayFrame;
  readonly mirror: boolean;
  /** True for a frame of a stream: others will follow. */
  readonly live: boolean;
}

/**
 * Identifies one opening of a net. The worker counts them. Opening the same files again, with other labels or preprocessing,
 * gets a new number. Messages about a net carry this number and are ignored once another one is open.
 */
interface OfNet {
  readonly net: number;
}

/** The number of a request, so that its answer can be recognised. */
interface Asked {
  readonly request: number;
}

export type ToWorker =
  | { readonly type: 'open'; readonly canvases: Readonly<Record<Pane, OffscreenCanvas>> }
  | { readonly type: 'size'; readonly pane: Pane; readonly width: number; readonly height: number }
  /** A net, and optional files: labels that `readLabels` reads, and a mean as `.binaryproto` or `.npy`. */
  | ({ readonly type: 'model'; readonly files: readonly NetFile[] } & NetGiven & Asked)
  /** Labels or a mean for the open net. */
  | ({ readonly type: 'more'; readonly files: readonly NetFile[] } & OfNet & Asked)
  /** The preprocessing of the open net, if its file does not state it or states it wrongly. */
  | ({
      readonly type: 'preprocessing';
      readonly preprocessing: Partial<Preprocessing>;
      /** Height and width, if the file leaves them open and the default is not wanted. */
      readonly size?: readonly [height: number, width: number];
    } & OfNet)
  /** A new value for a further input of the open net. */
  | ({ readonly type: 'side'; readonly name: string; readonly value: SideValue } & OfNet)
  /** Show the results in a folder, or none any more. */
  | ({ readonly type: 'results'; readonly folder: FolderGiven | undefined } & OfNet)
  /** The user's pictures, to search for top images. */
  | { readonly type: 'pictures'; readonly files: readonly File[] }
  /** `net` is the net of the layers and units in the state; 0 before there is one. */
  | ({ readonly type: 'state'; readonly state: ToolboxState } & OfNet)
  | FrameMessage
  /** The position of the pointer, as fractions of the pane. */
  | { readonly type: 'point'; readonly pane: Pane; readonly x: number; readonly y: number; readonly pick: boolean }
  /** The visible part of the grid. */
  | { readonly type: 'view'; readonly view: Rect }
  | { readonly type: 'pause'; readonly paused: boolean }
  /** For tests: destroys the device, as a crash would. */
  | { readonly type: 'lose device' };

export interface ModelReport {
  /** The number of this opening. */
  readonly id: number;
  readonly name: string;
  readonly layers: readonly LiveLayer[];
  readonly labels: readonly string[];
  /** Layers whose units are the labelled classes. */
  readonly classLayers: readonly string[];
  /** `[C, H, W]` of the input. */
  readonly input: readonly number[];
  /** The file leaves height and width open, so the user may choose them. */
  readonly openSize: boolean;
  /** Its further inputs. */
  readonly sides: readonly SideReport[];
  readonly preprocessing: Preprocessing;
  /** The importer's notes. */
  readonly notes: readonly string[];
  /** The weights are random and not trained. */
  readonly seeded: boolean;
  /** Layers whose preferred images were made before. */
  readonly packed: readonly string[];
}

/** What the panes show. Captions use this, not the latest request. */
export interface Drawn {
  /** The layer in the grid, and the enlarged unit. */
  readonly unit: UnitName;
  /** The unit whose backpropagated signal is drawn; absent if there is none yet or it is off. */
  readonly origin?: UnitName;
  readonly shown: ToolboxState['shown'];
  readonly picture: PictureName;
  /** The map of attribution that is drawn over the input. */
  readonly map?: HeatOf & { readonly meaning: string; readonly drawn: 'signed' | 'size' };
}

/** Statistics of the last half second. */
export interface Pace {
  readonly fps: number;
  /** From the arrival of a frame to the end of drawing, in milliseconds. */
  readonly latency: number;
  /** Milliseconds of the worker's thread per frame: the cost of encoding. */
  readonly encode: number;
  readonly frames: number;
}

/** Messages about the open net. */
export type OfOpenNet = OfNet &
  (
    | { readonly type: 'drawn'; readonly drawn: Drawn }
    /** For the picture that was taken `at`. */
    | { readonly type: 'guesses'; readonly guesses: readonly Guess[]; readonly at: number }
    | { readonly type: 'history'; readonly unit: UnitName; readonly values: Float32Array }
    /** For a drawn layer without maps, a few times a second. */
    | { readonly type: 'vector'; readonly read: VectorValues }
    /** What is under the pointer; absent if nothing is. */
    | {
        readonly type: 'hover';
        readonly unit?: UnitName;
        readonly h?: number;
        readonly w?: number;
        readonly value?: number;
      }
    /** The current values of the further inputs. */
    | { readonly type: 'sides'; readonly sides: readonly SideReport[] }
    | { readonly type: 'picked'; readonly unit: UnitName }
    | { readonly type: 'preferred'; readonly images: PreferredImages }
    | { readonly type: 'top'; readonly top: UnitTop }
    | { readonly type: 'patterns'; readonly progress: PatternProgress }
    | { readonly type: 'attribution'; readonly news: HeatNews }
    /** The results that are shown, if any; or why they are not, and of which net they are. */
    | { readonly type: 'results'; readonly report?: ResultsReport; readonly problem?: string; readonly of?: string }
    /** The first layer with NaN or infinite activations; absent if there is none any more. */
    | { readonly type: 'not finite'; readonly layer?: string }
  );

export type FromWorker =
  | { readonly type: 'device'; readonly adapter: string; readonly software: boolean }
  | { readonly type: 'no webgpu'; readonly message: string }
  /** The methods of attribution. */
  | { readonly type: 'methods'; readonly methods: readonly MethodInfo[] }
  /** A net is open. `request` is the one that asked for it; absent after a new device or another preprocessing. */
  | { readonly type: 'model'; readonly report: ModelReport; readonly request?: number }
  /** The net's files contain no weights, and random ones were not requested. */
  | ({ readonly type: 'no weights'; readonly name: string } & Asked)
  /** The worker is ready for another frame. */
  | { readonly type: 'ready' }
  | { readonly type: 'pace'; readonly pace: Pace }
  | OfOpenNet
  /** The device was lost, with everything on it. */
  | { readonly type: 'lost' }
  /** There is a new device: send the picture again. */
  | { readonly type: 'recovered' }
  /** `request` is the one that failed. */
  | { readonly type: 'error'; readonly message: string; readonly fatal: boolean; readonly request?: number };
