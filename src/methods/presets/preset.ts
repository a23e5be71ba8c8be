// What a preset is: a whole way of making preferred images, as data, for any net and any unit of it.
import type { Model } from '../../graph/model.js';
import type { StudyOptions } from '../../synthesize/study.js';
import type { Target } from './target.js';

/** What a preset is asked for. */
export interface Asked {
  readonly model: Model;
  readonly target: Target;
  /** Name of the statistics of pictures that the images should resemble. */
  readonly statistics: string;
  /** Rows of the image, or columns where they are fewer, in pixels. */
  readonly side: number;
}

/** A way of making preferred images. */
export interface Preset {
  /** As recipes, the command and the page call it. */
  readonly name: string;
  /** What its pictures are like, in one sentence. */
  readonly text: string;
  /** The paper and its section or table, or the software and its file. */
  readonly source: string;
  /** What is not as in the source, and why. */
  readonly changes: string;
  /** Statistics of pictures are needed to run it. */
  readonly statistics?: true;
  /** It starts from a picture of one's own. */
  readonly picture?: true;
  /** Its runs are given real pictures of the class or feature as `references`. */
  readonly references?: true;
  /** The study, for one seed. */
  study(asked: Asked): StudyOptions;
}
