// The four canvases, and what is drawn on them for a state.
import { type Context, imageShape, type Live, type LiveMapBuffer, type Model, meanImage } from 'convscope';
import {
  createGridView,
  createHeatView,
  createInputView,
  createSignedView,
  createUnitView,
  drawViews,
  type GridLayout,
  type HeatView,
  type PictureSource,
  type Rect,
  type SignedView,
  type Spot,
  type SpriteSheet,
  type UnitView,
  type View,
} from 'convscope/views';
import { originOf, type ToolboxState } from './state.js';

export interface GridContent {
  /** The preferred images of the layer that exist so far. */
  readonly sprites: SpriteSheet | undefined;
  /** The part of the grid that is visible. */
  readonly view: Rect;
}

export interface Panes {
  /**
   * Draws everything in one submit. `input` is the net's `[1, C, H, W]`. `fresh` is false if the backpropagated signal belongs
   * to another unit. `map` is what mattered to the unit, drawn over the input.
   */
  show(
    state: ToolboxState,
    live: Live,
    input: GPUBuffer,
    grid: GridContent,
    fresh: boolean,
    map: LiveMapBuffer | undefined,
  ): void;
  /** Clears all panes. */
  clear(): void;
  /** The positions of the grid's tiles; absent before there are any. */
  readonly layout: GridLayout | undefined;
  /** The position in the grid at a canvas pixel. */
  spotAt(x: number, y: number): Spot | undefined;
}

/** The toolbox's stale_background. */
const PENDING = [0.3, 0.3, 0.2] as const;
/** Colour around everything: the toolbox's window_background. */
const WINDOW = [0.2, 0.2, 0.2] as const;
/** The toolbox's back_window_clr when backpropagation is off. */
const OFF = [0.2, 0.2, 0.5] as const;
/** Opacity of the unit's activation in the overlay. */
const ALPHA = 0.6;

export function createPanes(
  ctx: Context,
  canvases: Readonly<Record<'input' | 'grid' | 'unit' | 'back', OffscreenCanvas>>,
): Panes {
  const inputView = createInputView(ctx, canvases.input);
  const grid = createGridView(ctx, canvases.grid);
  const unitView = createUnitView(ctx, canvases.unit);
  const back = createSignedView(ctx, canvases.back);
  // Views on the same canvas: one large unit, and the input with a unit over it.
  let largeUnit: UnitView | undefined;
  let largeBack: SignedView | undefined;
  let overlay: UnitView | undefined;
  let heat: HeatView | undefined;
  let pictured: { readonly model: Model; readonly mean: Float32Array } | undefined;

  const pictureOf = (model: Model, buffer: GPUBuffer): PictureSource => {
    if (pictured?.model !== model) pictured = { model, mean: meanImage(model.preprocessing, imageShape(model)) };
    const { order, scale } = model.preprocessing;
    return { buffer, shape: model.input.shape, order, scale, mean: pictured.mean };
  };

  return {
    show(state, live, input, { sprites, view }, fresh, map) {
      const { layer: name, unit: channel, gamma, boost, colormap, shown, zoom } = state;
      const activation = live.activation(name);
      const wantsDifference = shown === 'differences';
      // While the signal still belongs to another unit, neither it nor its values in the layers are shown as this one's.
      const difference = wantsDifference && fresh ? live.difference(name) : undefined;
      const origin = originOf(state);
      const shade = { gamma, boost, colormap, mode: wantsDifference ? 'difference' : 'activation' } as const;
      // The tiles have the layout of the activations, filled with one colour.
      const layer = difference ?? activation;
      const unitLayer = wantsDifference ? difference : activation;
      const gradient = live.gradient();
      const seesImage = live.layers.find((l) => l.name === origin.layer)?.seesImage ?? true;
      const signed = {
        gradient,
        order: live.model.preprocessing.order,
        filter: state.filter,
        state: state.back === 'off' ? 'off' : fresh ? 'fresh' : 'stale',
        // While the first backpropagation is being compiled, there is none.
        offColour: state.back !== 'off' && !gradient && seesImage ? PENDING : OFF,
      } as const;
      const picture = pictureOf(live.model, input);
      const isMap = (activation?.shape.length ?? 0) > 2;

      const views: View[] = [];
      if (map) {
        heat ??= createHeatView(ctx, canvases.input);
        heat.set({ picture, map, drawn: map.drawn, alpha: state.opacity / 100 });
        views.push(heat);
      } else if (state.overlay && activation && isMap) {
        overlay ??= createUnitView(ctx, canvases.input);
        overlay.set({
          layer: activation,
          channel,
          relativeTo: 'unit',
          smooth: true,
          colormap: 'inferno',
          overlay: { picture, alpha: ALPHA, style: 'active' },
        });
        views.push(overlay);
      } else {
        inputView.set({ picture });
        views.push(inputView);
      }
      unitView.set({ ...shade, layer: unitLayer, channel, relativeTo: 'layer' });
      back.set(signed);
      views.push(unitView, back);
      if (zoom === 'unit') {
        largeUnit ??= createUnitView(ctx, canvases.grid);
        largeUnit.set({ ...shade, layer: unitLayer, channel, relativeTo: 'layer' });
        views.push(largeUnit);
      } else if (zoom === 'back') {
        largeBack ??= createSignedView(ctx, canvases.grid);
        largeBack.set(signed);
        views.push(largeBack);
      } else {
        grid.set({
          ...shade,
          layer,
          view,
          sprites: shown === 'patterns' ? sprites : undefined,
          selected: channel,
          marked: state.frozen && origin.layer === name ? origin.unit : undefined,
          state: difference || !wantsDifference ? 'fresh' : fresh ? 'off' : 'stale',
        });
        views.push(grid);
      }
      drawViews(ctx, views);
    },
    clear() {
      inputView.set({ picture: undefined });
      grid.set({ layer: undefined, sprites: undefined, selected: undefined, marked: undefined });
      unitView.set({ layer: undefined });
      back.set({ gradient: undefined, state: 'off', offColour: WINDOW });
      // These views draw on the same canvases later, so they must not hold freed buffers.
      for (const view of [largeUnit, overlay]) view?.set({ layer: undefined, overlay: undefined });
      largeBack?.set({ gradient: undefined });
      heat?.set({ picture: undefined, map: undefined });
      pictured = undefined;
      drawViews(ctx, [inputView, grid, unitView, back]);
    },
    get layout() {
      return grid.layout;
    },
    spotAt: (x, y) => grid.tileAt(x, y),
  };
}
