// The four canvases and what is drawn on them, by the state.
import { type Context, imageShape, type Live, type Model, meanImage } from 'convscope';
import {
  createGridView,
  createInputView,
  createSignedView,
  createUnitView,
  drawViews,
  type GridLayout,
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
  /** The layer's preferred images, as far as they are there. */
  readonly sprites: SpriteSheet | undefined;
  /** The part of the grid that fills its pane. */
  readonly view: Rect;
}

export interface Panes {
  /** Draws everything in one submit. `input` is the net's `[1, C, H, W]`. */
  show(state: ToolboxState, live: Live, input: GPUBuffer, grid: GridContent): void;
  /** Where the grid's tiles lie; absent before there are any. */
  readonly layout: GridLayout | undefined;
  /** What the grid has at a canvas pixel. */
  spotAt(x: number, y: number): Spot | undefined;
}

/** The toolbox's stale_background. */
const PENDING = [0.3, 0.3, 0.2] as const;
/** How much of the overlay is the unit's activation. */
const ALPHA = 0.6;

export function createPanes(
  ctx: Context,
  canvases: Readonly<Record<'input' | 'grid' | 'unit' | 'back', OffscreenCanvas>>,
): Panes {
  const inputView = createInputView(ctx, canvases.input);
  const grid = createGridView(ctx, canvases.grid);
  const unitView = createUnitView(ctx, canvases.unit);
  const back = createSignedView(ctx, canvases.back);
  // The same canvas, when one thing fills the middle, and the input with a unit over it.
  let largeUnit: UnitView | undefined;
  let largeBack: SignedView | undefined;
  let overlay: UnitView | undefined;
  let pictured: { readonly model: Model; readonly mean: Float32Array } | undefined;

  const pictureOf = (model: Model, buffer: GPUBuffer): PictureSource => {
    if (pictured?.model !== model) pictured = { model, mean: meanImage(model.preprocessing, imageShape(model)) };
    const { order, scale } = model.preprocessing;
    return { buffer, shape: model.input.shape, order, scale, mean: pictured.mean };
  };

  return {
    show(state, live, input, { sprites, view }) {
      const { layer: name, unit: channel, gamma, boost, colormap, shown, zoom } = state;
      const activation = live.activation(name);
      const difference = shown === 'differences' ? live.difference(name) : undefined;
      const wantsDifference = shown === 'differences';
      const origin = originOf(state);
      // A back-projection that is still of another unit's layer is not shown as this one's.
      const fresh = live.focus?.layer === origin.layer && live.focus.back === state.back;
      const shade = { gamma, boost, colormap, mode: wantsDifference ? 'difference' : 'activation' } as const;
      const layer = wantsDifference ? (difference ?? activation) : activation;
      const gradient = live.gradient();
      const signed = {
        gradient,
        order: live.model.preprocessing.order,
        filter: state.filter,
        state: state.back === 'off' ? 'off' : fresh ? 'fresh' : 'stale',
        // While the first one is compiled there is none.
        ...(state.back !== 'off' && !gradient && { offColour: PENDING }),
      } as const;
      const picture = pictureOf(live.model, input);
      const isMap = (activation?.shape.length ?? 0) > 2;

      const views: View[] = [];
      if (state.overlay && activation && isMap) {
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
      unitView.set({ ...shade, layer, channel, relativeTo: 'layer' });
      back.set(signed);
      views.push(unitView, back);
      if (zoom === 'unit') {
        largeUnit ??= createUnitView(ctx, canvases.grid);
        largeUnit.set({ ...shade, layer, channel, relativeTo: 'layer' });
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
          state: wantsDifference && !difference ? 'off' : 'fresh',
        });
        views.push(grid);
      }
      drawViews(ctx, views);
    },
    get layout() {
      return grid.layout;
    },
    spotAt: (x, y) => grid.tileAt(x, y),
  };
}
