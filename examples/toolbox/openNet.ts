// A net that is open on a device, and everything computed with it. All of it is freed together, so the next net starts without
// leftovers.
import {
  type Context,
  type Live,
  type LiveLayer,
  type LiveMapBuffer,
  type Model,
  outputLayer,
  unitLayers,
} from 'convscope';
import type { Background } from './background.js';
import { classBlobs } from './classNames.js';
import { FrameInput } from './frameInput.js';
import { Heat, type HeatNews, type HeatTarget } from './heat.js';
import { textOf, type UnitName } from './jobs.js';
import { NetDiffers, type Pack } from './packs.js';
import type { Drawn, ModelReport, NetFile, PictureName } from './protocol.js';
import type { FolderGiven } from './resultFolder.js';
import { openResults, type Results } from './results.js';
import { reportOf, type Sides, tensorsOf } from './sideValues.js';
import { originOf, type ToolboxState } from './state.js';

/** A net and a hash that identifies its files. */
export interface ReadNet {
  readonly model: Model;
  readonly hash: string;
  /** Address of its pack, if it is not built in; empty: none is wanted. */
  readonly pack?: string;
  /** The files, if the net can be opened again at another size. */
  readonly files?: readonly NetFile[];
  /** Earlier values of its further inputs. */
  readonly sides?: Sides;
}

/** What the numbers on the device belong to. */
interface Computed {
  readonly target: HeatTarget | undefined;
  readonly unit: number;
  readonly seed: ToolboxState['seed'];
  readonly picture: PictureName;
}

/** What is drawn, for the pointer and the page's captions. */
export interface Shown extends Drawn {
  /** What the middle pane shows. */
  readonly zoom: ToolboxState['zoom'];
  /** True if the backpropagated signals in the grid belong to `origin`. */
  readonly fresh: boolean;
}

export class OpenNet implements Disposable {
  readonly input: FrameInput;
  /** The layers with units, as pages and command list them. */
  readonly layers: readonly LiveLayer[];
  readonly heat: Heat;
  background: Background | undefined;
  /** Results of the commands, shown in place of what is computed. */
  results: Results | undefined;
  /** The unit that `live` backpropagates, in the layer of its target. */
  unit = 0;
  /** The last requested target, which `live` may not have yet. */
  asked: string;
  /** The picture that `input` contains. */
  picture: PictureName | undefined;
  shown: Shown | undefined;
  /** The first layer with NaN or infinite activations. */
  notFinite: string | undefined;
  #computed: Computed | undefined;

  constructor(
    ctx: Context,
    readonly id: number,
    readonly net: ReadNet,
    readonly live: Live,
    /** The values of its further inputs. */
    public sides: Sides,
    /** What was made of it before. */
    readonly pack: Pack | undefined,
    explained: { readonly tell: (news: HeatNews) => void; readonly changed: () => void },
  ) {
    this.input = new FrameInput(ctx, live.model);
    const self = this;
    const host = {
      live,
      get picture() {
        return self.picture;
      },
      present: () => this.present(ctx),
      inputs: () => tensorsOf(this.sides),
    };
    this.heat = new Heat(ctx, host, explained.tell, explained.changed);
    this.asked = keyOfTarget(this.target);
    const listed = new Set(unitLayers(live.model).layers.map(({ layer }) => layer));
    this.layers = live.layers.filter(({ name }) => listed.has(name));
    if (this.layers.length === 0)
      throw new Error(`${live.model.name} has no layer with units: there is nothing to show.`);
  }

  /** Opens the results in a folder, or closes those that are shown. Returns what to say about it. */
  async show(folder: FolderGiven | undefined) {
    const before = this.results;
    this.results = undefined;
    try {
      if (folder) this.results = await openResults(this.live.model, folder);
      return this.results ? { report: this.results.report } : {};
    } catch (error) {
      return { problem: textOf(error), ...(error instanceof NetDiffers && { of: error.of.name }) };
    } finally {
      before?.[Symbol.dispose]();
    }
  }

  /** Computes for the current picture. */
  step(input: GPUBuffer, picture: PictureName, { seed }: ToolboxState): void {
    this.live.step(input);
    this.#computed = { target: this.target, unit: this.unit, seed, picture };
  }

  /** The live net's target. */
  get target(): HeatTarget | undefined {
    return this.live.target as HeatTarget | undefined;
  }

  /** What mattered to the unit in the current picture, by the method of `state`. */
  mapOf(state: ToolboxState): LiveMapBuffer | undefined {
    const computed = this.#computed;
    const { layer, unit } = originOf(state);
    const isOwn = computed?.target?.layer === layer && computed.target === this.live.target && computed.unit === unit;
    if (isOwn && state.attribution && computed.target.method === state.attribution) {
      const map = this.live.map();
      if (map) return map;
    }
    return this.heat.result(state);
  }

  /** True if the activations belong to the current picture. A new target is a new plan, without any. */
  get isComputed(): boolean {
    return this.#computed?.target === this.live.target && this.#computed?.picture === this.picture;
  }

  /** True if the backpropagated signal belongs to the unit, rule and seed in `state`. */
  isFresh(state: ToolboxState): boolean {
    const computed = this.#computed;
    const { layer, unit } = originOf(state);
    if (!computed?.target || computed.target !== this.live.target) return false;
    return (
      computed.target.layer === layer &&
      computed.target.back === state.back &&
      computed.unit === unit &&
      computed.seed === state.seed
    );
  }

  /** The unit whose history `live` records. */
  get followed(): UnitName | undefined {
    const layer = this.live.target?.layer;
    return layer === undefined ? undefined : { layer, unit: this.unit };
  }

  get report(): ModelReport {
    const { layers } = this;
    const { model } = this.live;
    return {
      id: this.id,
      name: model.name,
      layers,
      labels: model.labels ?? [],
      classLayers: classBlobs(model, outputLayer(model)),
      input: model.input.shape.slice(1),
      openSize: this.net.files !== undefined,
      sides: reportOf(this.sides),
      preprocessing: model.preprocessing,
      notes: model.notes ?? [],
      seeded: model.seeded ?? false,
      packed: this.pack?.layers ?? [],
    };
  }

  /** The current image input and its description; undefined before the first picture. */
  async present(ctx: Context): Promise<{ readonly data: Float32Array; readonly name: string } | undefined> {
    const { picture } = this;
    const { buffer } = this.input;
    if (!picture || !buffer) return undefined;
    const bytes = this.live.model.input.shape.reduce((product, size) => product * size, 4);
    const { device } = ctx;
    const copy = device.createBuffer({ size: bytes, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
    try {
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, 0, copy, 0, bytes);
      device.queue.submit([encoder.finish()]);
      await ctx.alive(copy.mapAsync(GPUMapMode.READ));
      return { data: new Float32Array(copy.getMappedRange().slice(0)), name: picture.name };
    } finally {
      copy.destroy();
    }
  }

  [Symbol.dispose](): void {
    this.heat[Symbol.dispose]();
    this.results?.[Symbol.dispose]();
    this.background?.[Symbol.dispose]();
    this.input[Symbol.dispose]();
    this.live[Symbol.dispose]();
  }
}

/** What `live` computes for a state, with the map of `method`, or none. */
export const targetOf = (state: ToolboxState, method = ''): HeatTarget => ({
  layer: originOf(state).layer,
  back: state.back,
  differences: state.shown === 'differences',
  method,
});

export const keyOfTarget = (target: HeatTarget | undefined): string => (target ? JSON.stringify(target) : '');
