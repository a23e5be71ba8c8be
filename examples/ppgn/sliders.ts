// The sliders of a step's numbers, in powers of ten.
import type { Weights } from './address.js';

interface Slider {
  readonly name: keyof Weights;
  readonly label: string;
  readonly text: string;
  /** Powers of ten. */
  readonly range: readonly [least: number, most: number];
}

const SLIDERS: readonly Slider[] = [
  { name: 'e1', label: 'ε₁ prior', text: 'How far to go towards what is probable; 0 is DGN-AM', range: [-7, 0] },
  { name: 'e2', label: 'ε₂ condition', text: 'The weight of what is wanted', range: [-4, 2] },
  { name: 'e3', label: 'ε₃ noise', text: 'The deviation of the noise', range: [-7, 0] },
  {
    name: 'e4',
    label: 'ε₄ around the hole',
    text: 'The weight of being like the picture around the hole',
    range: [-9, -3],
  },
  {
    name: 'rate',
    label: 'rate',
    text: 'How far to go; with steps of one length, how far a number of the code moves on average',
    range: [-3, 0],
  },
];

const STEP = 0.05;

/** Makes the sliders; the lowest place of each is 0. `onChange` gets what was moved. */
export function addSliders(parent: HTMLElement, onChange: (change: Partial<Weights>) => void): void {
  for (const { name, label, text, range } of SLIDERS) {
    const row = parent.appendChild(document.createElement('label'));
    row.className = 'slider';
    row.htmlFor = name;
    row.title = text;
    row.append(label, document.createElement('output'));
    const input = row.appendChild(document.createElement('input'));
    Object.assign(input, { type: 'range', id: name, min: range[0], max: range[1], step: STEP });
    input.addEventListener('input', () => {
      const at = input.valueAsNumber;
      onChange({ [name]: at <= range[0] ? 0 : Number((10 ** at).toPrecision(3)) });
    });
  }
}

/** Shows the numbers, and hides the slider of what has no part in the step. */
export function showSliders(weights: Weights, hidden: readonly (keyof Weights)[]): void {
  for (const { name, range } of SLIDERS) {
    const input = document.getElementById(name);
    if (!(input instanceof HTMLInputElement) || !input.parentElement) continue;
    const value = weights[name];
    const at = value > 0 ? Math.log10(value) : range[0];
    // A number from an address or a recipe may lie beyond the slider.
    input.min = String(Math.min(range[0], Math.floor(at)));
    input.max = String(Math.max(range[1], Math.ceil(at)));
    // What the hand holds stays where it is.
    if (Math.abs(input.valueAsNumber - at) > STEP / 2) input.valueAsNumber = at;
    const words = String(Number(value.toPrecision(3)));
    input.ariaValueText = words;
    input.parentElement.hidden = hidden.includes(name);
    const output = input.parentElement.querySelector('output');
    if (output) output.value = words;
  }
}
