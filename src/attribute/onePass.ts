// Methods that go back once: their map is on the tape of the network itself, for a live view or for pictures one after another.
import type { Value } from '../graph/tape.js';
import type { Attribution, AttributionMethod, TapedAttribution } from '../parts/kinds.js';
import type { Scene } from '../scene/openNet.js';
import { runPictures } from './variants.js';

/** A method whose `map` goes back once. `more` adds to the result what follows from its numbers, `[N]` and the map's. */
export function onePass(
  label: string,
  map: (scene: Scene, target: Value) => TapedAttribution,
  more: (values: Float32Array, data: Float32Array) => Partial<Attribution> = () => ({}),
): AttributionMethod {
  return {
    label,
    map,
    async run(asked) {
      const made: TapedAttribution[] = [];
      const [values, data] = await runPictures(asked, (scene, target) => {
        made.push(map(scene, target));
        return [made[0].map];
      });
      const [
        {
          map: { shape },
          ...said
        },
      ] = made;
      return { ...said, map: { shape: [values.length, ...shape.slice(1)], data }, values, ...more(values, data) };
    },
  };
}
