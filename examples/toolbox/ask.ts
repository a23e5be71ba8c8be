// The question that stands in place of the probabilities: how pixels become the input of a net whose file does not say so. What a
// net says of a picture that it sees in wrong colours looks like an answer and is none.
import { find } from '../shared/dom.js';
import { channelTrouble } from './channels.js';
import type { Nets } from './nets.js';
import type { Page } from './page.js';
import { PRESETS, parsePreprocessingText, textOfPreset } from './preprocessing.js';
import type { PreprocessingDialog } from './preprocessingDialog.js';
import type { ModelReport } from './protocol.js';

/** True where nobody has said how pixels become the net's input, and it would make a difference: arrays go in as they are. */
export const isUnsaid = (net: ModelReport): boolean =>
  !net.preprocessing.stated && !net.seeded && channelTrouble(net) === undefined;

/** Asks where it has to be asked, and else takes the question away. */
export function askPreprocessing(page: Page, nets: Nets, form: PreprocessingDialog): void {
  const place = find('ask', HTMLElement);
  const { net } = page;
  place.hidden = !net || !isUnsaid(net);
  if (!net || place.hidden) return;
  const words = Object.assign(document.createElement('p'), {
    textContent:
      `${net.name} does not say how pixels become its input. What was it trained with? ` +
      'Until you say, they go in as they are, and no probabilities are shown.',
  });
  const answers = PRESETS.map((preset) => {
    const result = parsePreprocessingText(textOfPreset(preset, net.input[0], net.preprocessing.fit), net.input[0]);
    return button(preset.title, () => 'preprocessing' in result && nets.preprocess(result.preprocessing));
  });
  place.replaceChildren(
    words,
    ...answers,
    button('Something else…', () => form.open()),
  );
}

function button(title: string, act: () => void): HTMLElement {
  const made = Object.assign(document.createElement('button'), { type: 'button', textContent: title });
  made.addEventListener('click', act);
  return made;
}
