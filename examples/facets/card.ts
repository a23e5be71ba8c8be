// One facet beside the map: the mean of its pictures, and what the unit sees in it, growing from that mean.
import {
  aboutRun,
  cropOf,
  type Facet,
  type Facets,
  facetStudy,
  imageShape,
  type Model,
  meanName,
  type Run,
  type StartReport,
  type StepRecord,
  type Study,
  statisticsOf,
  toPicture,
  toSpecs,
} from 'convscope';
import { download } from '../shared/files.js';
import { canvasWith, copyOf, type Enlarged, pngOf } from '../shared/saving.js';
import { Session } from '../shared/session.js';
import { timeText } from '../shared/sizes.js';
import { statisticsFor } from '../shared/statistics.js';
import { unitTitle } from '../shared/unitControls.js';
import { canvasOf } from '../shared/worldStrip.js';
import { colourOf } from './colours.js';
import type { Kept } from './search.js';

/** What a card is of. */
export interface Shown {
  readonly model: Model;
  readonly found: Facets;
  /** All pictures: a member of a facet is a place among them. */
  readonly pictures: readonly Kept[];
  readonly preset: string;
}

export interface CardEvents {
  /** The card is pointed at or has the focus, or no longer. */
  onLook(card: Card | undefined): void;
  /** The facet, made by hand, is taken away. */
  onRemove(card: Card): void;
  /** It began to grow, or stopped. */
  onState(): void;
}

/** Pictures of the strip. */
const STRIP = 8;
/** As the studio saves by default. */
const SAVED: Enlarged = { times: 4, smooth: true };

export class Card {
  readonly element: HTMLElement;
  readonly #session: Session;
  readonly #study: Study;
  #isOpening = false;
  #pace = 0;

  /** `number` counts from 0, and stays that of the facet. */
  constructor(
    readonly number: number,
    readonly facet: Facet,
    private readonly shown: Shown,
    private readonly events: CardEvents,
    readonly byHand = false,
  ) {
    const template = document.getElementById('facet');
    if (!(template instanceof HTMLTemplateElement)) throw new Error('the page has no template of a facet');
    const made = document.importNode(template.content, true).firstElementChild;
    if (!(made instanceof HTMLElement)) throw new Error('the template of a facet is empty');
    this.element = made;
    const { model, found, pictures, preset } = shown;
    const { study } = facetStudy(model, { ...found, facets: [facet] }, preset);
    // Seed and name as in a batch of all facets: the same image, up to rounding, as the command makes.
    const start = { by: 'picture', picture: meanName(number) } as const;
    this.#study = toSpecs({ ...study, seeds: [number], starts: [start] });

    const title = `Facet ${number + 1}`;
    made.ariaLabel = title;
    made.style.setProperty('--own', colourOf(number));
    const count = facet.members.length;
    this.#text('title', title);
    this.#text('count', `${count} ${count === 1 ? 'picture' : 'pictures'}${byHand ? ', by hand' : ''}`);
    const [, H, W] = imageShape(model);
    const mean = cropOf(model, facet.mean, { top: 0, left: 0, bottom: H, right: W });
    this.#find('mean').replaceWith(canvasOf(mean, `The mean of the pictures of facet ${number + 1}`));
    const nearest = facet.members.slice(0, STRIP).map((id) => pictures[Number(id)]);
    this.#find('strip').replaceChildren(...nearest.map(({ picture, name }) => canvasOf(picture, name)));
    this.#find('remove').hidden = !byHand;
    const canvas = made.querySelector<HTMLCanvasElement>('canvas.picture');
    if (!canvas) throw new Error('the template of a facet has no canvas');
    canvas.ariaLabel = `What ${unitTitle(model, found.unit)} sees in facet ${number + 1}, growing`;
    this.#session = new Session(canvas, {
      onOpen: (run, starts) => this.#opened(run, starts),
      onPhase: () => this.#state(),
      onTrace: (_rows: readonly (readonly StepRecord[])[], speed) => this.#progress(speed),
      onDraw: () => undefined,
      onDone: () => this.#state(),
      onError: (error) => this.#fail(error),
    });
    this.#on('grow', () => void this.toggle());
    this.#on('png', () => void this.#save().catch((error: unknown) => this.#fail(error)));
    this.#on('save-mean', () => void this.#saveMean().catch((error: unknown) => this.#fail(error)));
    this.#on('remove', () => events.onRemove(this));
    for (const name of ['pointerenter', 'focusin']) made.addEventListener(name, () => events.onLook(this));
    for (const name of ['pointerleave', 'focusout']) made.addEventListener(name, () => events.onLook(undefined));
    this.#state();
  }

  get isGrowing(): boolean {
    return this.#session.running || this.#isOpening;
  }

  /** All steps are done, or the unit cannot be raised from the mean. */
  get isDone(): boolean {
    return this.#session.run !== undefined && this.#session.done;
  }

  /** Lets the picture grow, from where it stands. */
  async grow(): Promise<void> {
    if (this.isGrowing || this.isDone) return;
    if (this.#session.run) {
      void this.#session.go();
      this.#state();
      return;
    }
    this.#isOpening = true;
    this.#state();
    try {
      const pictures = [{ id: meanName(this.number), input: this.facet.mean }];
      if (await this.#session.open(this.shown.model, this.#study, pictures)) {
        // It was stopped meanwhile.
        if (this.#isOpening) void this.#session.go();
        this.#isOpening = false;
        this.#state();
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  pause(): void {
    this.#isOpening = false;
    this.#session.stop();
    this.#state();
  }

  toggle(): void {
    if (this.isGrowing) this.pause();
    else void this.grow();
  }

  close(): void {
    this.#isOpening = false;
    this.#session.close();
    this.element.remove();
  }

  #opened(_run: Run, [start]: readonly StartReport[]): void {
    if (start.by === 'dead') this.#say(`There is no picture: ${start.text}.`);
    this.element.classList.toggle('dead', start.by === 'dead');
    this.#progress(0);
  }

  #progress(speed: number): void {
    if (speed > 0) this.#pace = this.#pace === 0 ? speed : 0.8 * this.#pace + 0.2 * speed;
    const { steps, phases = [] } = this.#study;
    const all = phases.reduce((sum, phase) => sum + phase.steps, steps);
    const done = this.#session.steps;
    const bar = this.#find('share');
    if (bar instanceof HTMLProgressElement) bar.value = done / all;
    const left = this.#pace > 0 && done < all ? `, ${timeText((1000 * (all - done)) / this.#pace)} left` : '';
    this.#text('step', `step ${done} of ${all}${left}`);
  }

  /** The picture as the command saves it, four times as large, with its recipe. */
  async #save(): Promise<void> {
    const { run, steps, done } = this.#session;
    if (!run) return;
    const { model, found, preset } = this.shown;
    const [, , H, W] = run.shape;
    // Both begin before the next step.
    const [pixels, statistics] = await Promise.all([run.read('last'), statisticsFor(this.#study)]);
    const made = await aboutRun(run.plan.context, model, { statistics: statisticsOf(this.#study, statistics) });
    const picture = { snapshot: 'last', contrast: 'pixels', ...(!done && { stopped: steps }) };
    const recipe = { ...this.#study, about: { ...made, unit: found.unit, preset, picture } };
    const canvas = canvasWith(toPicture(pixels, model, 'pixels', [H, W]));
    download(`${this.#name}.png`, await pngOf(copyOf(canvas, [0, 0, W, H], SAVED), recipe));
  }

  /** The mean in its own size: the recipe starts from it, by this name. */
  async #saveMean(): Promise<void> {
    const { model } = this.shown;
    const [, H, W] = imageShape(model);
    const mean = cropOf(model, this.facet.mean, { top: 0, left: 0, bottom: H, right: W });
    download(meanName(this.number), await canvasWith(mean).convertToBlob({ type: 'image/png' }));
  }

  get #name(): string {
    const { model, found } = this.shown;
    return `${unitTitle(model, found.unit).replace(/[^\w]+/g, '-')}-facet-${this.number + 1}`;
  }

  #fail(error: unknown): void {
    this.#isOpening = false;
    this.#session.stop();
    this.#say(error instanceof Error ? error.message : String(error));
    this.#state();
  }

  #say(words: string): void {
    this.#find('trouble').hidden = words === '';
    this.#text('trouble', words);
  }

  #state(): void {
    const button = this.element.querySelector('[data-do="grow"]');
    if (button instanceof HTMLButtonElement) {
      button.textContent = this.isGrowing ? 'Pause' : this.isDone ? 'Done' : this.#session.steps > 0 ? 'Go on' : 'Grow';
      button.disabled = this.isDone && !this.isGrowing;
    }
    this.element.classList.toggle('opening', this.#isOpening);
    this.events.onState();
  }

  #find(name: string): HTMLElement {
    const found = this.element.querySelector(`[data-show="${name}"]`);
    if (!(found instanceof HTMLElement)) throw new Error(`a facet shows no '${name}'`);
    return found;
  }

  #text(name: string, value: string): void {
    this.#find(name).textContent = value;
  }

  #on(name: string, action: () => void): void {
    this.element.querySelector(`[data-do="${name}"]`)?.addEventListener('click', action);
  }
}
