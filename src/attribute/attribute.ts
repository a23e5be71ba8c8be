// The one way back: from a target to the image, or to layers on the way. What a method of attribution is made of is where it
// starts (start.ts) and how cotangents pass the ops (rules/).
import { grad } from '../autodiff/grad.js';
import type { Value } from '../graph/tape.js';
import type { Objective } from '../parts/kinds.js';
import { vjpsOf } from '../parts/vjpsOf.js';
import type { Scene } from '../scene/openNet.js';
import { type Method, rulesOf } from './parts.js';
import { type Start, startAtObjective } from './start.js';

/** What an attribution may be told. */
export interface AttributeOptions {
  /** What is asked about: an objective, `[N]`, or values that say where the way back starts. */
  readonly target: Pick<Objective, 'build'> | Start;
  /** How cotangents pass the ops on their way; default `gradient`. */
  readonly method?: Method;
}

/** What the target responds to in the image, of the image's shape. @throws ShapeError, OptionError */
export function attribute(scene: Scene, options: AttributeOptions): Value {
  const [toImage] = attributeTo(scene, options, [scene.image]);
  return toImage;
}

/** The same at several values that the target depends on, such as layers at which a method stops. @throws ShapeError */
export function attributeTo(scene: Scene, options: AttributeOptions, values: readonly Value[]): Value[] {
  const { target, method = 'gradient' } = options;
  const { from, seed } = 'build' in target ? startAtObjective(scene, target) : target;
  const { tape } = scene;
  const rules = vjpsOf(rulesOf(method), {
    tape,
    get step() {
      return scene.step;
    },
    switched: (_label, _steps, first) => first,
  });
  return grad(tape, from, values, { seed, rules });
}
