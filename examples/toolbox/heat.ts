// What in the input made the selected unit respond: a map of attribution over it. Methods that go back once are on the tape of the live
// net and come with each frame. Others ask about many variants of a still picture, when the user wants it.
import {
  attributionMethods,
  type Context,
  explain,
  greatestActivation,
  type HostTensor,
  type Live,
  type LiveMapBuffer,
  type LiveTarget,
  liveMap,
  normalizedMap,
} from 'convscope';
import { isLoss, keyOf, textOf, type UnitName } from './jobs.js';
import { type MethodInfo, nameIn, specIn } from './methodText.js';
import { originOf, type ToolboxState } from './state.js';

/** A target that knows by which method its map is made; empty: it has none. */
export interface HeatTarget extends LiveTarget {
  readonly method: string;
}

/** What a map belongs to. */
export interface HeatOf {
  readonly method: string;
  readonly unit: UnitName;
}

/** News of a method: how far it is, why there is no map, or the target's value once there is one. */
export interface HeatNews extends HeatOf {
  readonly share?: number;
  readonly value?: number;
  readonly problem?: string;
  /** The work was given up, because there is another picture. */
  readonly ended?: true;
}

/** What is asked of the open net. */
interface Host {
  readonly live: Live;
  readonly picture: { readonly at: number } | undefined;
  present(ctx: Context): Promise<{ readonly data: Float32Array } | undefined>;
  inputs(): Readonly<Record<string, HostTensor>>;
}

/** The methods whose maps can be drawn, by what their parts say. */
export const METHODS: readonly MethodInfo[] = Object.values(attributionMethods).flatMap((part) => {
  const { name, text, source, fields } = part;
  const { map, ofChannels } = (part.make as (options: object) => ReturnType<typeof part.make>)({});
  return ofChannels ? [] : [{ name, text, fields, live: map !== undefined, ...(source && { source }) }];
});

const infoOf = (text: string): MethodInfo | undefined => METHODS.find(({ name }) => name === nameIn(text));

/** The method of a text, if it comes with each frame; else empty. */
export const liveMethod = (text: string): string => (infoOf(text)?.live ? text : '');

/** Pictures that go through the net at once; on a CPU adapter a step must not keep frames waiting. */
const AT_ONCE = { gpu: 16, software: 4 };
/** Milliseconds between two messages about progress. */
const TOLD_EVERY = 150;

export class Heat implements Disposable {
  #turn = 0;
  #run: { readonly key: string; readonly control: AbortController; readonly news: HeatOf } | undefined;
  #result: (LiveMapBuffer & { readonly key: string }) | undefined;

  constructor(
    private readonly ctx: Context,
    private readonly host: Host,
    private readonly tell: (news: HeatNews) => void,
    /** Called when there is another map to draw. */
    private readonly changed: () => void,
  ) {}

  /** Compiles the net for a target. If its method refuses it, all but the map is computed. */
  async setTarget(target: HeatTarget, unit: number): Promise<void> {
    const { live } = this.host;
    const { method } = target;
    const turn = ++this.#turn;
    const news = { method, unit: { layer: target.layer, unit } };
    try {
      const map = method === '' ? undefined : await liveMap(specIn(method, METHODS));
      // Another target was asked for in the meantime.
      if (turn !== this.#turn) return;
      const whole: HeatTarget = { ...target, ...(map && { map }) };
      await live.setTarget(whole);
      if (method !== '') this.tell(news);
    } catch (error) {
      if (method === '' || turn !== this.#turn || isLoss(error)) throw error;
      const bare: HeatTarget = { ...target, method: '' };
      await live.setTarget(bare);
      this.tell({ ...news, problem: textOf(error) });
    }
  }

  /** Begins or ends what takes many passes, as the state wants it. */
  follow(state: ToolboxState): void {
    const { attribution, explaining } = state;
    const info = infoOf(attribution);
    const { picture } = this.host;
    const key = explaining && picture && info && !info.live ? keyOfRun(state, picture) : undefined;
    if (this.#run && this.#run.key !== key) this.#stop();
    if (key !== undefined && this.#run?.key !== key) void this.#explain(key, state);
    if (attribution === '' || info) return;
    const known = METHODS.map(({ name }) => name).join(', ');
    const problem = `There is no method '${nameIn(attribution)}'; known: ${known}.`;
    this.tell({ method: attribution, unit: originOf(state), problem });
  }

  /** The finished map of the state's method, unit and picture. One of another picture is given up. */
  result(state: ToolboxState): LiveMapBuffer | undefined {
    const { picture } = this.host;
    const key = picture && keyOfRun(state, picture);
    if (this.#run && this.#run.key !== key) {
      this.tell({ ...this.#run.news, ended: true });
      this.#stop();
    }
    return this.#result?.key === key ? this.#result : undefined;
  }

  async #explain(key: string, state: ToolboxState): Promise<void> {
    const { ctx, host, tell } = this;
    const control = new AbortController();
    const { signal } = control;
    const unit = originOf(state);
    const news = { method: state.attribution, unit };
    this.#run = { key, control, news };
    let told = performance.now();
    tell({ ...news, share: 0 });
    try {
      const given = await host.present(ctx);
      if (!given || signal.aborted) return;
      const found = await explain(ctx, host.live.model, given.data, {
        objective: greatestActivation({ layer: unit.layer, channel: unit.unit }),
        method: specIn(state.attribution, METHODS),
        atOnce: ctx.traits.software ? AT_ONCE.software : AT_ONCE.gpu,
        inputs: host.inputs(),
        signal,
        onProgress: (done, total) => {
          if (performance.now() - told < TOLD_EVERY) return;
          told = performance.now();
          tell({ ...news, share: done / total });
        },
      });
      if (signal.aborted) return;
      const { data, shape } = normalizedMap(found);
      const { meaning, drawn, layer } = found;
      this.#free();
      const buffer = ctx.createBuffer('attribution', data.byteLength);
      ctx.device.queue.writeBuffer(buffer, 0, data);
      this.#result = { key, buffer, shape, meaning, drawn, ...(layer !== undefined && { layer }) };
      this.#run = undefined;
      tell({ ...news, share: 1, value: found.values[0] });
      this.changed();
    } catch (error) {
      if (signal.aborted || isLoss(error)) return;
      this.#run = undefined;
      tell({ ...news, problem: textOf(error) });
    }
  }

  #stop(): void {
    this.#run?.control.abort();
    this.#run = undefined;
  }

  #free(): void {
    this.#result?.buffer.destroy();
    this.#result = undefined;
  }

  [Symbol.dispose](): void {
    this.#stop();
    this.#free();
  }
}

const keyOfRun = (state: ToolboxState, picture: { readonly at: number }): string =>
  JSON.stringify([state.attribution, keyOf(originOf(state)), picture.at]);
