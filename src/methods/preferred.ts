// A unit's preferred image by the name of a preset: what `render` takes.
import { UnknownNameError } from '../core/errors.js';
import type { Model } from '../graph/model.js';
import { imageShape } from '../scene/input.js';
import { createStudy, type Study, type StudyOptions } from '../synthesize/study.js';
import * as all from './presets/index.js';
import type { Preset } from './presets/preset.js';
import { targetOf } from './presets/target.js';
import { WITHOUT, without } from './presets/without.js';

/** All presets, by name. */
export const PRESETS: ReadonlyMap<string, Preset> = new Map(Object.values(all).map((preset) => [preset.name, preset]));

/**
 * The name of the preset to begin with: for all nets the one whose pictures of mini-caffenet's classes a second net names most often
 * (docs/methods.md). On GoogLeNet people name its pictures (docs/gallery.md); other presets were not judged there. Elsewhere it is a guess.
 */
export const presetFor = (_model: Model): string => 'spectrum';

/** The preset of a name: one of `PRESETS`, or one without a part, such as `spectrum-without-ball`. @throws UnknownNameError */
export function presetNamed(name: string): Preset {
  const found = PRESETS.get(name);
  if (found) return found;
  const at = name.indexOf(WITHOUT);
  const whole = PRESETS.get(name.slice(0, Math.max(0, at)));
  if (whole) return without(whole, name.slice(at + WITHOUT.length));
  throw new UnknownNameError('preset', name, [...PRESETS.keys()]);
}

/** What is wanted of a unit's preferred image. */
export interface PreferredOptions extends Partial<Omit<StudyOptions, 'objective'>> {
  /** `layer:channel[:y,x]`: a class, where the layer holds scores or probabilities of classes. */
  readonly unit: string;
  /** Name of a preset, as `presetNamed` takes it; by default the one that suits the net. */
  readonly preset?: string;
  /** Name of the statistics of pictures that the image should resemble; by default those that belong to the net. */
  readonly statistics?: string;
}

/** The study of a unit's preferred image: the preset's, with what is said beside it. @throws OptionError, UnknownNameError */
export function preferredStudy(model: Model, options: PreferredOptions): Study {
  const { unit, preset: name = presetFor(model), statistics = model.statistics ?? 'natural', ...said } = options;
  const [, H, W] = imageShape(model);
  const study = presetNamed(name).study({ model, target: targetOf(model, unit), statistics, side: Math.min(H, W) });
  return createStudy({ ...study, ...said });
}
