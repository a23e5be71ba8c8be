// One chain: its image, what the condition says of it, and a film strip of its last images. Each image can be saved.
import type { Picture, Study } from 'convscope';
import { canvasWith } from '../shared/saving.js';
import { canvasOf } from '../shared/worldStrip.js';
import { EVERY } from './chains.js';

/** One image of a chain, and what made it. */
export interface Sample {
  /** Place of the chain among the others, from 0. */
  readonly chain: number;
  readonly card: Card;
  readonly step: number;
  readonly picture: Picture;
  /** The study of all chains, as its sliders were. */
  readonly study: Study;
  /** Sliders were moved on the way. */
  readonly moved: boolean;
}

export interface CardEvents {
  onSave(sample: Sample, as: 'png' | 'recipe'): void;
}

/** Images of the film strip. */
const KEPT = 6;

export class Card {
  readonly element: HTMLElement;
  #last: Sample | undefined;

  constructor(
    readonly seed: number,
    private readonly title: string,
    private readonly events: CardEvents,
  ) {
    const template = document.getElementById('chain');
    if (!(template instanceof HTMLTemplateElement)) throw new Error('the page has no template of a chain');
    const made = document.importNode(template.content, true).firstElementChild;
    if (!(made instanceof HTMLElement)) throw new Error('the template of a chain is empty');
    this.element = made;
    made.ariaLabel = `Chain of seed ${seed}`;
    this.#find('seed').textContent = `seed ${seed}`;
    this.#find('film').ariaLabel = `The last images of the chain of seed ${seed}: each saves itself`;
    this.#canvas.ariaLabel = `${title}, by the chain of seed ${seed}`;
    for (const as of ['png', 'recipe'] as const) {
      this.#button(as).addEventListener('click', () => {
        if (this.#last) events.onSave(this.#last, as);
      });
    }
  }

  /** Shows an image; of every tenth step it stays in the film strip. `objective` is NaN where it is not known yet. */
  show(sample: Sample, objective: number): void {
    this.#last = sample;
    const context = this.#canvas.getContext('2d');
    context?.drawImage(canvasWith(sample.picture), 0, 0);
    this.#find('value').textContent = Number.isNaN(objective) ? '' : valueText(objective);
    // A recipe has one step at least.
    for (const as of ['png', 'recipe'] as const) this.#button(as).disabled = sample.step === 0;
    if (sample.step > 0 && sample.step % EVERY === 0) this.#keep(sample);
  }

  #keep(sample: Sample): void {
    const film = this.#find('film');
    const button = document.createElement('button');
    button.type = 'button';
    button.title = `Step ${sample.step}: save it with its recipe`;
    button.ariaLabel = `Save step ${sample.step} of seed ${this.seed}`;
    const canvas = canvasOf(sample.picture, '');
    canvas.ariaHidden = 'true';
    button.append(canvas);
    button.addEventListener('click', () => this.events.onSave(sample, 'png'));
    film.append(button);
    const oldest = film.firstElementChild;
    if (film.childElementCount <= KEPT || !oldest) return;
    // Who stands on the oldest image with the keyboard stays in the strip.
    if (oldest === document.activeElement && oldest.nextElementSibling instanceof HTMLElement)
      oldest.nextElementSibling.focus();
    oldest.remove();
  }

  /** What the picture was made for, with its seed and step, as a file may be called. */
  fileName(step: number): string {
    return `${this.title.replace(/[^\w]+/g, '-').replace(/^-|-$/g, '')}-seed${this.seed}-step${step}`;
  }

  get #canvas(): HTMLCanvasElement {
    const canvas = this.element.querySelector<HTMLCanvasElement>('canvas.picture');
    if (!canvas) throw new Error('the template of a chain has no canvas');
    return canvas;
  }

  #button(name: string): HTMLButtonElement {
    const button = this.element.querySelector<HTMLButtonElement>(`[data-do="${name}"]`);
    if (!button) throw new Error(`a chain has no '${name}'`);
    return button;
  }

  #find(name: string): HTMLElement {
    const found = this.element.querySelector(`[data-show="${name}"]`);
    if (!(found instanceof HTMLElement)) throw new Error(`a chain shows no '${name}'`);
    return found;
  }
}

/** The product of all experts' probabilities, and its logarithm, which tells apart what is near 0 or near 1. */
const valueText = (objective: number): string =>
  `p ${Math.exp(objective).toFixed(3)} · log p ${objective.toPrecision(2).replace('-', '−')}`;
