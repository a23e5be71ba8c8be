// One of the two pictures of the page: its net, unit and recipe, the run that follows them, and what is shown of it.
import {
  aboutRun,
  type Contrast,
  type Model,
  type PartSpec,
  type Picture,
  PRESETS,
  presetFor,
  type Run,
  type StartReport,
  type StepRecord,
  type Study,
  toPicture,
  VERSION,
} from 'convscope';
import { canvasWith, copyOf, type Enlarged, pngOf } from '../shared/saving.js';
import { phaseOf, Session, withPhase } from '../shared/session.js';
import { timeText } from '../shared/sizes.js';
import { statisticsFor } from '../shared/statistics.js';
import { unitTitle } from '../shared/unitControls.js';
import { createCurve } from './curve.js';
import { Film } from './film.js';
import type { Made } from './history.js';
import {
  parseWritten,
  START_PICTURE,
  stepsOf,
  stoppedAt,
  studyOf,
  type Told,
  type Wanted,
  type Written,
  wantedOf,
} from './recipes.js';

export type Letter = 'A' | 'B';

export interface SideEvents {
  /** The net, the unit, the recipe or the state has changed. */
  onChange(side: Side): void;
  /** A picture is finished or stopped. */
  onMade(made: Made): void;
}

/** Steps before which a stopped picture is hardly one. */
const FEWEST = 5;
/** Weight of the last pace in the mean over time. */
const SMOOTHING = 0.2;

export class Side {
  readonly element: HTMLElement;
  model: Model;
  wanted: Wanted;
  study: Study;
  /** Raised when there is another study, not when numbers of it change: its parts have to be shown anew. */
  version = 0;
  /** A picture of earlier, which is shown in place of a run. */
  #kept: Made | undefined;
  /** What a preset starts from which starts from a picture. */
  #startPicture: Picture | undefined;
  #film = new Film();
  #made: number | undefined;
  #best = Number.NEGATIVE_INFINITY;
  #pace = 0;
  #isDead = false;
  /** Steps after which a recipe from a file was stopped. */
  #until: number | undefined;
  #isMoved = false;
  #isOpening = false;
  readonly #session: Session;
  readonly #objective;
  readonly #gradient;

  constructor(
    readonly letter: Letter,
    model: Model,
    wanted: Partial<Wanted> & { readonly unit: string },
    private readonly events: SideEvents,
  ) {
    const template = document.getElementById('side');
    if (!(template instanceof HTMLTemplateElement)) throw new Error('the page has no template of a side');
    const made = document.importNode(template.content, true).firstElementChild;
    if (!(made instanceof HTMLElement)) throw new Error('the template of a side is empty');
    this.element = made;
    made.dataset.side = letter.toLowerCase();
    made.ariaLabel = `Picture ${letter}`;
    this.#text('letter', letter);
    this.model = model;
    this.wanted = { preset: presetFor(model), seeds: [0], ...wanted };
    this.study = studyOf(model, this.wanted);
    const canvas = made.querySelector('canvas');
    if (!canvas) throw new Error('the template of a side has no canvas');
    this.#session = new Session(canvas, {
      onOpen: (run, starts) => this.#opened(run, starts),
      onPhase: () => this.#phase(),
      onTrace: (rows, speed) => this.#trace(rows, speed),
      onDraw: (drawn) => this.#film.take(drawn),
      onDone: () => void this.#done(),
      onError: (error) => this.show(error),
    });
    this.#session.contrast = contrastOf(this.study);
    this.#objective = createCurve(this.#find('objective-curve'));
    this.#gradient = createCurve(this.#find('gradient-curve'), { log: true });
    this.#on('start', () => this.toggle());
    this.#on('again', () => void this.start());
    this.#on('reseed', () => this.reseed());
  }

  get session(): Session {
    return this.#session;
  }

  get contrast(): Contrast {
    return this.#session.contrast;
  }

  set contrast(contrast: Contrast) {
    this.#session.contrast = contrast;
    this.#session.draw();
  }

  /** The unit as people call it: the name of a class, or its address. */
  get title(): string {
    return this.wanted.unit === '' ? 'own recipe' : unitTitle(this.model, this.wanted.unit);
  }

  /** The study of the phase that runs: its parts have the sliders. */
  get current(): Study {
    return phaseOf(this.study, this.#session.phase);
  }

  /** Of how many phases the study is, and which one runs, from 0. */
  get phases(): { readonly index: number; readonly count: number } {
    return { index: this.#session.phase, count: 1 + (this.study.phases?.length ?? 0) };
  }

  /** Asks for something else, and starts it. */
  ask(change: Partial<Wanted>, model = this.model): void {
    try {
      const wanted = { ...this.wanted, ...change };
      // A recipe that was opened may be no preset's.
      const preset = PRESETS.has(wanted.preset) ? wanted.preset : presetFor(model);
      const other = preset !== this.wanted.preset;
      this.model = model;
      this.wanted = { ...wanted, preset };
      this.#put(studyOf(model, this.wanted));
      if (other) this.#session.contrast = contrastOf(this.study);
    } catch (error) {
      this.#session.close();
      this.show(error);
      return;
    }
    this.#until = undefined;
    void this.start();
  }

  /** The same recipe from the next seeds. */
  reseed(): void {
    const first = Math.max(...this.study.seeds) + 1;
    const seeds = this.study.seeds.map((_, i) => first + i);
    const { starts, ...rest } = this.study;
    // A picture is a start whatever the seed; other starts were found for their seeds.
    const kept = starts?.every(({ by }) => by === 'picture') && { starts };
    this.wanted = { ...this.wanted, seeds };
    this.#put({ ...rest, seeds, ...kept });
    this.#until = undefined;
    void this.start();
  }

  /** Takes a recipe from a file. */
  take(written: Written, model: Model): void {
    const { about: _, ...study } = written;
    this.#until = stoppedAt(written);
    this.model = model;
    this.#put(study);
    this.wanted = wantedOf(written, model);
    this.#session.contrast = contrastOf(study);
  }

  #put(study: Study): void {
    this.study = study;
    this.version++;
  }

  /** Starts from this picture, where the preset starts from one. */
  startFrom(picture: Picture): void {
    this.#startPicture = picture;
  }

  /** Numbers of the parts, or the length, of the run as it goes on. */
  adjust(change: Partial<Study>): void {
    const before = this.study;
    this.study = withPhase(before, this.#session.phase, change);
    try {
      this.#session.run?.adjust(change);
      this.#isMoved ||= this.#session.steps > 0;
      this.#trouble(undefined);
      if (this.#session.run && 'steps' in change) this.#progress();
    } catch (error) {
      this.study = before;
      this.show(error);
    }
    this.events.onChange(this);
  }

  /** Compiles the study and runs it from its start. */
  async start(): Promise<void> {
    this.#trouble(undefined);
    this.#say('');
    this.#isOpening = true;
    this.#session.stop();
    this.#state();
    try {
      if (await this.#session.open(this.model, this.study, this.#startPictures())) this.#go(this.#until);
    } catch (error) {
      this.#isOpening = false;
      this.#session.close();
      this.show(error);
    }
  }

  #startPictures() {
    return this.#startPicture ? [{ id: START_PICTURE, picture: this.#startPicture }] : [];
  }

  #go(until?: number): void {
    void this.#session.go(until);
    this.#state();
  }

  toggle(): void {
    const { run, running } = this.#session;
    if (running) this.stop();
    else if (run && !this.#session.done && !this.#kept) this.#go();
    else void this.start();
  }

  stop(): void {
    const { running } = this.#session;
    this.#session.stop();
    this.#state();
    if (running) void this.#keep();
  }

  #opened(run: Run, starts: readonly StartReport[]): void {
    this.#isOpening = false;
    this.#kept = undefined;
    this.#made = undefined;
    this.#isMoved = false;
    this.#best = Number.NEGATIVE_INFINITY;
    this.#pace = 0;
    this.#film = new Film();
    this.#objective.clear();
    this.#gradient.clear();
    for (const name of ['objective', 'best', 'gradient']) this.#text(name, '–');
    this.#text('leads', '');
    const { starts: made } = run.recipe;
    if (made) this.study = { ...this.study, starts: made };
    const odd = starts.filter(({ by }) => by !== 'noise' && by !== 'picture');
    this.#isDead = starts.every(({ by }) => by === 'dead');
    const words = odd.map(({ text }) => `${this.title}: ${text}.`).join(' ');
    if (this.#isDead) this.#trouble(words);
    else this.#say(words);
    // A dead start is noise, not a picture of the unit.
    this.element.classList.toggle('dead', this.#isDead);
    const picture = this.#find('kept');
    picture.hidden = true;
    this.#progress();
    this.#state();
  }

  #phase(): void {
    this.version++;
    this.#state();
  }

  #trace(rows: readonly (readonly StepRecord[])[], speed: number): void {
    const [first] = rows;
    const last = first.at(-1);
    if (!last) return;
    this.#pace = this.#pace === 0 ? speed : this.#pace + SMOOTHING * (speed - this.#pace);
    this.#best = Math.max(this.#best, ...first.map(({ objective }) => objective));
    this.#objective.add(first.map(({ step, objective }) => ({ x: step, y: objective })));
    this.#gradient.add(first.map(({ step, gradient }) => ({ x: step, y: gradient })));
    this.#text('objective', last.objective.toPrecision(4));
    this.#text('best', this.#best.toPrecision(4));
    this.#text('gradient', last.gradient.toPrecision(3));
    this.#text('leads', last.argmax >= 0 ? (last.isMax ? '· leads its layer' : '· not its layer’s first') : '');
    this.#progress();
  }

  #progress(): void {
    const steps = stepsOf(this.study);
    const done = this.#session.steps;
    const bar = this.#find('share');
    if (bar instanceof HTMLProgressElement) bar.value = done / steps;
    this.#text('step', String(done));
    const left = (steps - done) / this.#pace;
    const pace = this.#pace > 0 ? ` · ${this.#pace.toFixed(this.#pace < 10 ? 1 : 0)} steps/s` : '';
    this.#text(
      'pace',
      `of ${steps} steps${pace}${this.#pace > 0 && left > 0 ? ` · ${timeText(1000 * left)} left` : ''}`,
    );
  }

  async #done(): Promise<void> {
    this.#state();
    const outcomes = await this.#session.run?.outcome();
    if (outcomes?.some(({ stuck }) => stuck) && !this.#isDead) {
      this.#trouble('The gradient is exactly zero: this unit cannot be raised from here. Try another seed or unit.');
    }
    await this.#keep();
  }

  /** Hands the picture over to the history. */
  async #keep(): Promise<void> {
    const { run } = this.#session;
    if (!run || this.#session.steps < Math.min(FEWEST, stepsOf(this.study)) || this.#isDead) return;
    this.#made ??= Date.now();
    const id = this.#made;
    const canvas = this.#session.draw();
    const copy = copyOf(canvas, [0, 0, canvas.width, canvas.height]);
    const recipe = JSON.stringify(await this.#written(run));
    const picture = await (await copy.convertToBlob()).arrayBuffer();
    this.events.onMade({
      id,
      title: this.title,
      net: this.model.name,
      recipe,
      picture,
      contrast: this.contrast,
    });
  }

  /** A picture of earlier, and its recipe; it runs again when it is started. */
  recall(made: Made, written: Written, model: Model): void {
    this.#session.close();
    this.take(written, model);
    this.#session.contrast = made.contrast;
    this.#kept = made;
    this.#isOpening = false;
    this.element.classList.remove('dead');
    this.#trouble(undefined);
    this.#say(written.about?.moved ? 'Sliders were moved while this picture grew: its recipe makes another one.' : '');
    this.#objective.clear();
    this.#gradient.clear();
    for (const name of ['objective', 'best', 'gradient']) this.#text(name, '–');
    this.#text('leads', '');
    const image = this.#find('kept');
    if (image instanceof HTMLImageElement) {
      URL.revokeObjectURL(image.src);
      image.src = URL.createObjectURL(new Blob([made.picture], { type: 'image/png' }));
      image.alt = `${made.title}, made before`;
      image.hidden = false;
    }
    const bar = this.#find('share');
    if (bar instanceof HTMLProgressElement) bar.value = 1;
    this.#text('step', String(stoppedAt(written) ?? stepsOf(this.study)));
    this.#text('pace', `of ${stepsOf(this.study)} steps, made before`);
    this.#state();
  }

  /** The recipe of what is shown, as JSON: so many steps as were made. */
  async recipe(): Promise<string> {
    if (this.#kept) return this.#kept.recipe;
    const { run } = this.#session;
    return JSON.stringify(await this.#written(run), undefined, 2);
  }

  /** The recipe of what `run` has made so far; `own` is of one of its images. */
  async #written(run: Run | undefined, own: Partial<Study> = {}): Promise<Written> {
    const { steps, done } = this.#session;
    const { unit, preset } = this.wanted;
    const { name } = this.model;
    const statistics = await statisticsFor(this.study);
    const made = run
      ? await aboutRun(run.plan.context, this.model, { statistics })
      : { convscope: VERSION, model: name };
    const about: Told = {
      ...made,
      unit,
      ...(preset && { preset }),
      picture: { snapshot: 'last', contrast: this.contrast, ...(run && !done && steps > 0 && { stopped: steps }) },
      ...(this.#isMoved && run && { moved: true }),
    };
    return { ...this.study, ...own, about };
  }

  /** The pictures as files, one for each seed whose start was not dead. */
  async pngs(size: Enlarged): Promise<readonly { readonly name: string; readonly file: Blob }[]> {
    const { run } = this.#session;
    const name = fileName(this.title, this.wanted.preset);
    if (this.#kept) {
      const image = await createImageBitmap(new Blob([this.#kept.picture], { type: 'image/png' }));
      const copy = copyOf(image, [0, 0, image.width, image.height], size);
      return [{ name: `${name}.png`, file: await pngOf(copy, parseWritten(this.#kept.recipe)) }];
    }
    if (!run || this.#isDead) return [];
    const { seeds, starts } = this.study;
    // Both begin before the next step.
    const [written, pictures] = await Promise.all([this.#written(run), this.#pictures(run)]);
    return Promise.all(
      seeds.flatMap((seed, n) => {
        const start = starts?.[n];
        if (start?.by === 'dead') return [];
        const { width, height } = pictures[n];
        const copy = copyOf(pictures[n], [0, 0, width, height], size);
        const own = { ...written, seeds: [seed], ...(start && { starts: [start] }) };
        return [pngOf(copy, own).then((file) => ({ name: `${name}-seed${seed}.png`, file }))];
      }),
    );
  }

  /** Each image as the command makes a picture of it. */
  async #pictures(run: Run): Promise<OffscreenCanvas[]> {
    const [N, , H, W] = run.shape;
    const all = await run.read('last');
    const size = all.length / N;
    return Array.from({ length: N }, (_, n) =>
      canvasWith(toPicture(all.subarray(n * size, (n + 1) * size), this.model, this.contrast, [H, W])),
    );
  }

  /** The way to the picture. */
  async moving(size: Enlarged): Promise<{ readonly name: string; readonly file: Blob } | undefined> {
    const { run } = this.#session;
    if (!run || this.#kept || this.#isDead) return undefined;
    // Both begin before the next step.
    const written = this.#written(run);
    const file = await this.#film.moving(this.#session.draw(), size, written);
    return { name: `${fileName(this.title, this.wanted.preset)}-growing.png`, file };
  }

  show(error: unknown): void {
    this.#session.stop();
    this.#trouble(error instanceof Error ? error.message : String(error));
    this.#state();
  }

  close(): void {
    this.#session.close();
    this.element.remove();
  }

  #state(): void {
    const { running, run } = this.#session;
    const button = this.element.querySelector('[data-do="start"]');
    if (button)
      button.textContent =
        running || this.#isOpening ? 'Stop' : run && !this.#session.done && this.#session.steps > 0 ? 'Go on' : 'Start';
    this.element.classList.toggle('opening', this.#isOpening);
    this.#text('title', this.title);
    const { preset, seeds } = this.wanted;
    const seed = seeds.length > 1 ? `seeds ${seeds[0]}–${seeds.at(-1)}` : `seed ${seeds[0]}`;
    this.#text('about', `${this.model.name} · ${preset || 'own recipe'} · ${seed}`);
    this.element.querySelector('canvas')?.setAttribute('aria-label', `The preferred image of ${this.title}, growing`);
    this.events.onChange(this);
  }

  #trouble(words: string | undefined): void {
    const element = this.#find('trouble');
    element.hidden = !words;
    element.textContent = words ?? '';
  }

  #say(words: string): void {
    const element = this.#find('remark');
    element.hidden = words === '';
    element.textContent = words;
  }

  #find(name: string): HTMLElement {
    const found = this.element.querySelector(`[data-show="${name}"]`);
    if (!(found instanceof HTMLElement)) throw new Error(`a side shows no '${name}'`);
    return found;
  }

  #text(name: string, value: string): void {
    this.#find(name).textContent = value;
  }

  #on(name: string, action: () => void): void {
    this.element.querySelector(`[data-do="${name}"]`)?.addEventListener('click', action);
  }
}

/** Pixels that start near the mean image stay near it: without stretching they are grey. */
function contrastOf({ params }: Study): Contrast {
  const { name, start } = ('spec' in params ? params.spec : params) as PartSpec;
  return name === 'pixels' && start !== 'coarse' ? 'auto' : 'pixels';
}

const fileName = (title: string, preset: string): string => `${title.replace(/[^\w]+/g, '-')}-${preset || 'own'}`;
