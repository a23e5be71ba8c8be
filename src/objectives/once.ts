// Values that several objectives of one scene share.
import type { Value } from '../graph/tape.js';
import type { Scene } from '../scene/openNet.js';

const made = new WeakMap<Scene, Map<string, Value>>();

/** What `make` puts on the tape, made once for each scene and key. */
export function once(scene: Scene, key: string, make: () => Value): Value {
  const own = made.get(scene) ?? new Map<string, Value>();
  made.set(scene, own);
  const value = own.get(key) ?? make();
  own.set(key, value);
  return value;
}
