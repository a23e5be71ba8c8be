// The question that is shown instead of the probabilities: how do pixels become the input of a net whose file does not say so?
// With wrong colours, a net's answer looks plausible but means nothing.
import { find } from '../shared/dom.js';
import { channelTrouble } from './channels.js';
import type { Nets } from './nets.js';
import type { Page } from './page.js';
import { PRESETS, parsePreprocessingText, textOfPreset } from './preprocessing.js';
import type { PreprocessingDialog } from './preprocessingDialog.js';
import type { ModelReport } from './protocol.js';

/** True if nobody has said how pixels become the net's input, and it matters. Arrays are used unchanged. */
export const isUnsaid = (net: ModelReport): boolean =>
  !net.preprocessing.stated && !net.seeded && channelTrouble(net) === undefined;

/** Shows the question if it is needed, and hides it otherwise. */
export function askPreprocessing(page: Page, nets: Nets, form: PreprocessingDialog): void {
  const place = find('ask', HTMLElement);
  const { net } = page;
  place.hidden = !net || !isUnsaid(net);
  if (!net || place.hidden) return;
  const channels = net.input[0];
  const words = Object.assign(document.createElement('p'), {
    textContent: `${net.name} does not say how pixels become its input. No probabilities until you do.`,
  });
  const select = document.createElement('select');
  select.ariaLabel = 'What the net was trained with';
  select.append(
    new Option('What was it trained with?', ''),
    ...PRESETS.map(({ title }, i) => new Option(title, String(i))),
    new Option('Something else…', OTHER),
  );
  select.addEventListener('change', () => {
    if (select.value === OTHER) {
      select.value = '';
      form.open();
      return;
    }
    const preset = PRESETS[Number(select.value)];
    const result = parsePreprocessingText(textOfPreset(preset, channels, net.preprocessing.fit), channels);
    if (!('preprocessing' in result)) return;
    // A mean from a file belongs to the net.
    const { mean: _, ...others } = result.preprocessing;
    nets.preprocess(hasMean(net) ? others : result.preprocessing);
  });
  place.replaceChildren(words, select);
}

/** Opens the form. */
const OTHER = 'other';

const hasMean = ({ preprocessing: { mean } }: ModelReport): boolean => 'shape' in mean || mean.some((v) => v !== 0);
