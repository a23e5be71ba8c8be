// The controls of attribution: which method says what in the input made the unit respond, its options, how much of its map is seen, and
// the work of methods that take many passes.
import { find } from '../shared/dom.js';
import { addField } from '../shared/fieldControls.js';
import { labelsOf } from './classNames.js';
import { text } from './display.js';
import type { HeatNews } from './heat.js';
import { keyOf } from './jobs.js';
import { type MethodInfo, nameIn, specIn, withOption } from './methodText.js';
import type { Page } from './page.js';
import { originOf } from './state.js';

/** The methods to begin with, if there are any of these names: the maps of a unit's own layer would show the unit alone. */
const FIRST = { class: 'layerCam', map: 'gradientInput' };

let news: HeatNews | undefined;
/** The last method that was chosen. */
let chosen = '';

export function connectAttribution(page: Page): void {
  find('why', HTMLButtonElement).addEventListener('click', () => {
    const { methods, state, net } = page;
    const [, , height = 1, width = 1] = net?.layers.find(({ name }) => name === originOf(state).layer)?.shape ?? [];
    const wanted = height * width > 1 ? FIRST.map : FIRST.class;
    const first = methods.find(({ name }) => name === wanted) ?? methods[0];
    page.change({ attribution: state.attribution ? '' : chosen || (first?.name ?? ''), explaining: false });
  });
  const select = find('method', HTMLSelectElement);
  select.addEventListener('change', () => page.change({ attribution: select.value, explaining: false }));
  const opacity = find('opacity', HTMLInputElement);
  opacity.addEventListener('input', () => page.change({ opacity: opacity.valueAsNumber }));
}

/** Lists the methods, once the worker has said what there is. */
export function showMethods(page: Page): void {
  const group = (label: string, live: boolean) => {
    const options = Object.assign(document.createElement('optgroup'), { label });
    const own = page.methods.filter((method) => method.live === live);
    options.append(...own.map(({ name, text: words }) => Object.assign(new Option(name, name), { title: words })));
    return options;
  };
  find('method', HTMLSelectElement).replaceChildren(
    group('with each frame', true),
    group('many passes, when asked', false),
  );
  showAttribution(page);
}

/** What the worker says about a method. The work that it ends is no longer asked for. */
export function takeAttribution(page: Page, next: HeatNews): void {
  news = next;
  const ended = next.problem !== undefined || next.share === 1 || next.ended;
  if (ended && page.state.explaining && next.method === page.state.attribution) page.change({ explaining: false });
  else showAttribution(page);
}

/** Shows the controls for the state, and what is said about the map that is drawn. */
export function showAttribution(page: Page): void {
  const { state, methods } = page;
  const { attribution, opacity } = state;
  find('why', HTMLButtonElement).ariaPressed = String(attribution !== '');
  find('attribution', HTMLElement).hidden = attribution === '';
  if (attribution === '') return;
  chosen = attribution;
  const name = nameIn(attribution);
  const info = methods.find((method) => method.name === name);
  const select = find('method', HTMLSelectElement);
  if (select.value !== name) select.value = name;
  select.title = info ? `${info.text}${info.source ? ` After ${info.source}.` : ''}` : '';
  const slider = find('opacity', HTMLInputElement);
  if (slider.valueAsNumber !== opacity) slider.valueAsNumber = opacity;
  showWork(page, info);
  showWords(page, info);
  showOptions(page, info);
}

/** The last news, if they are about what is shown. */
function ownNews({ state }: Page): HeatNews | undefined {
  const own = news?.method === state.attribution && news.unit.layer === originOf(state).layer;
  return own ? news : undefined;
}

function showWork(page: Page, info: MethodInfo | undefined): void {
  const { explaining } = page.state;
  const button = find('explain', HTMLButtonElement);
  button.hidden = !info || info.live;
  const label = explaining ? 'Cancel' : 'Run';
  if (button.firstChild?.textContent !== `${label} `) button.replaceChildren(`${label} `, keyCap('y'));
  const bar = find('explain-share', HTMLProgressElement);
  bar.hidden = !explaining;
  bar.value = ownNews(page)?.share ?? 0;
}

const keyCap = (key: string): HTMLElement => Object.assign(document.createElement('kbd'), { textContent: key });

function showWords(page: Page, info: MethodInfo | undefined): void {
  const { state, drawn, net } = page;
  const map = drawn?.map;
  const unit = originOf(state);
  const own = ownNews(page);
  const place = find('attribution-words', HTMLElement);
  place.classList.toggle('warning', own?.problem !== undefined);
  place.classList.toggle('quiet', own?.problem === undefined);
  if (own?.problem !== undefined) text('attribution-words', own.problem);
  else if (map?.method === state.attribution && keyOf(map.unit) === keyOf(unit)) {
    const name = labelsOf(net, unit.layer)?.[unit.unit];
    const value = own?.value !== undefined && keyOf(own.unit) === keyOf(unit) ? ` = ${own.value.toPrecision(4)}` : '';
    const signs = map.drawn === 'signed' ? ' Red speaks for it, blue against it.' : '';
    text('attribution-words', `${keyOf(unit)}${name ? ` (${name})` : ''}${value}: ${map.meaning}.${signs}`);
  } else if (state.explaining) text('attribution-words', `${keyOf(unit)}: ${Math.round(100 * (own?.share ?? 0))} %`);
  else if (info && !info.live)
    text('attribution-words', 'Asks the network about many variants of this picture: press Run.');
  else text('attribution-words', info ? 'computing…' : '');
}

/** Controls for the method's options. They stay while their values change, so that a slider can be drawn along. */
function showOptions(page: Page, info: MethodInfo | undefined): void {
  const place = find('method-fields', HTMLElement);
  find('method-options', HTMLElement).hidden = !info || Object.keys(info.fields).length === 0;
  const key = `${page.net?.id}/${info?.name}`;
  if (place.dataset.of === key) return;
  place.dataset.of = key;
  place.replaceChildren();
  if (!info) return;
  const spec = specIn(page.state.attribution, page.methods);
  const layers = (page.net?.layers ?? []).map(({ name }) => name);
  for (const [name, field] of Object.entries(info.fields)) {
    const change = (value: unknown) => {
      const isDefault = 'default' in field && field.default === value;
      page.change({
        attribution: withOption(page.state.attribution, name, isDefault ? undefined : value),
        explaining: false,
      });
    };
    addField(place, { id: `method-${name}`, name, field }, spec[name], change, field.type === 'text' ? layers : []);
  }
}
