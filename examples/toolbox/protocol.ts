// What the page and its worker say to each other.
import type { Guess, LiveLayer, Preprocessing } from 'convscope';
import type { Rect } from 'convscope/views';
import type { NetGiven } from './modelFiles.js';
import type { PatternProgress } from './patterns.js';
import type { PreferredImages } from './preferred.js';
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

/** A frame, which is the worker's to close; `at` is when it was taken, in milliseconds since 1970. */
export interface FrameMessage {
  readonly type: 'frame';
  readonly frame: ImageBitmap | VideoFrame;
  readonly at: number;
  readonly mirror: boolean;
}

export type ToWorker =
  | { readonly type: 'open'; readonly canvases: Readonly<Record<Pane, OffscreenCanvas>> }
  | { readonly type: 'size'; readonly pane: Pane; readonly width: number; readonly height: number }
  /** A net, and what may come with it: labels in a file that `readLabels` reads, a mean as `.binaryproto` or `.npy`. */
  | ({ readonly type: 'model'; readonly files: readonly NetFile[] } & NetGiven)
  /** Labels or a mean for the net that is open. */
  | { readonly type: 'more'; readonly files: readonly NetFile[] }
  /** How pixels become the open net's input, where its file does not say or says it wrongly. */
  | { readonly type: 'preprocessing'; readonly preprocessing: Partial<Preprocessing> }
  /** The person's pictures, in which units' best ones are searched. */
  | { readonly type: 'pictures'; readonly files: readonly File[] }
  | { readonly type: 'state'; readonly state: ToolboxState }
  | FrameMessage
  /** Where the pointer is, as fractions of the pane. */
  | { readonly type: 'point'; readonly pane: Pane; readonly x: number; readonly y: number; readonly pick: boolean }
  /** The part of the grid that fills its pane. */
  | { readonly type: 'view'; readonly view: Rect }
  | { readonly type: 'pause'; readonly paused: boolean }
  /** For tests: ends the device as a crash would. */
  | { readonly type: 'lose device' };

export interface ModelReport {
  readonly name: string;
  readonly layers: readonly LiveLayer[];
  readonly labels: readonly string[];
  /** `[C, H, W]` of the input. */
  readonly input: readonly number[];
  readonly preprocessing: Preprocessing;
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

export type FromWorker =
  | { readonly type: 'device'; readonly adapter: string; readonly software: boolean }
  | { readonly type: 'no webgpu'; readonly message: string }
  | { readonly type: 'model'; readonly report: ModelReport }
  /** The worker is ready for another frame. */
  | { readonly type: 'ready' }
  | { readonly type: 'pace'; readonly pace: Pace }
  | { readonly type: 'guesses'; readonly guesses: readonly Guess[] }
  | { readonly type: 'history'; readonly values: Float32Array }
  /** Of a layer without maps that is shown, a few times a second. */
  | { readonly type: 'vector'; readonly read: VectorValues }
  /** What is under the pointer; absent: nothing. */
  | {
      readonly type: 'hover';
      readonly unit?: number;
      readonly h?: number;
      readonly w?: number;
      readonly value?: number;
    }
  | { readonly type: 'picked'; readonly unit: number }
  | { readonly type: 'preferred'; readonly images: PreferredImages }
  | { readonly type: 'top'; readonly top: UnitTop }
  | { readonly type: 'patterns'; readonly progress: PatternProgress }
  /** The first layer with activations that are no numbers; absent: there is none any more. */
  | { readonly type: 'not finite'; readonly layer?: string }
  /** The device was lost: what it computed is no longer there. */
  | { readonly type: 'lost' }
  /** There is another: send the picture once more. */
  | { readonly type: 'recovered' }
  | { readonly type: 'error'; readonly message: string; readonly fatal: boolean };
