import { OptionError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import type { Value } from '../../graph/tape.js';
import { binary } from '../../kernels/binary/index.js';
import { definePart } from '../../parts/part.js';
import type { Scene } from '../../scene/openNet.js';
import { attributeTo } from '../attribute.js';
import { mapsFor } from '../layer.js';
import { checkRelevance, type LrpRule, lrpRule } from '../lrp.js';
import { onePass } from '../onePass.js';
import { rowOf } from '../variants.js';

/**
 * Activations, LRN and batch normalization hand relevance on as it is; max pooling gives it to the maximum. Relevance adds up to the target
 * unless biases or ε take some, or a bias alone made a number, which is the gap; with channels named it adds up to what goes through these.
 */
export const lrp = definePart({
  kind: 'attribution method',
  name: 'lrp',
  text: 'Layer-wise relevance propagation: the target is handed back, each layer sharing it among its inputs by what they put in.',
  source:
    'Bach et al. 2015, eq. 58 and 60; composites: Montavon et al. 2019, §10.3; channels: Achtibat et al. 2023, eq. 4',
  fields: {
    rule: {
      type: 'choice',
      of: ['composite', 'epsilon', 'zPlus', 'alphaBeta'],
      default: 'composite',
      text: 'how layers of weights share: by signed parts over z + ε, by positive parts, by α positive and 1 − α negative parts; the composite takes ε in upper layers and z⁺ in those below',
    },
    epsilon: {
      type: 'number',
      min: 0,
      default: 0.01,
      text: 'added to the size of what the epsilon rule divides by',
      source: 'ε',
    },
    alpha: { type: 'number', min: 1, default: 2, text: 'weight of the positive parts', source: 'α; β = α − 1' },
    upper: {
      type: 'text',
      optional: true,
      text: 'first upper layer of the composite; by default the fully connected layers are upper ones',
    },
    biases: {
      type: 'choice',
      of: ['share', 'none'],
      default: 'none',
      text: 'whether biases take a share, which no pixel has then',
    },
    layer: { type: 'text', optional: true, text: 'layer of the channels that relevance must go through' },
    channels: {
      type: 'numbers',
      optional: true,
      text: 'these channels of the layer; relevance of the others is dropped there',
    },
  },
  make({ rule, epsilon, alpha, upper, biases, layer, channels }) {
    if ((layer === undefined) !== (channels === undefined))
      throw new OptionError('lrp.channels', 'go with a layer, and a layer with channels; give both or neither');
    const low: LrpRule = { kind: 'alphaBeta', alpha: rule === 'alphaBeta' ? alpha : 1 };
    const high: LrpRule = { kind: 'epsilon', epsilon };
    const ruleOf = (scene: Scene) => {
      const first = upper === undefined ? undefined : scene.at(upper).id;
      return (output: Value, isConvolution: boolean): LrpRule => {
        if (rule !== 'composite') return rule === 'epsilon' ? high : low;
        return (first === undefined ? isConvolution : output.id < first) ? low : high;
      };
    };
    const gapOf = (values: Float32Array, data: Float32Array) =>
      values.map((value, n) => value - rowOf(data, n, values.length).reduce((sum, v) => sum + v, 0));
    return onePass(
      'lrp',
      (scene, target) => {
        const method = lrpRule({ rule: ruleOf(scene), biases: biases === 'share' });
        checkRelevance(scene, target, method);
        const whole = { target: { from: target, seed: target }, method };
        const meaning = 'the share of each number of the input in the target';
        if (layer === undefined || channels === undefined) {
          const [map] = attributeTo(scene, whole, [scene.image]);
          return { map, meaning, drawn: 'signed' };
        }
        const { maps } = mapsFor(scene, target, layer);
        const [relevance] = attributeTo(scene, whole, [maps]);
        const seed = binary(scene.tape, 'mul', relevance, maskOf(scene, maps, channels));
        const [map] = attributeTo(scene, { target: { from: maps, seed }, method }, [scene.image]);
        return {
          map,
          meaning: `${meaning}, through channels ${channels.join(', ')} of '${layer}'`,
          drawn: 'signed',
          layer,
        };
      },
      (values, data) => (layer === undefined ? { gap: gapOf(values, data) } : {}),
    );
  },
});

/** 1 for the channels that are named, `[1, K, 1, 1]`. @throws OptionError */
function maskOf({ tape }: Scene, { shape }: Value, channels: readonly number[]): Value {
  const [, K] = shape;
  const wrong = channels.find((k) => !(Number.isInteger(k) && k >= 0 && k < K));
  if (wrong !== undefined)
    throw new OptionError(
      'lrp.channels',
      `must be channels from 0 to ${K - 1} of maps ${formatShape(shape)}, got ${wrong}`,
    );
  return tape.constant(
    'channels',
    [1, K, 1, 1],
    Float32Array.from({ length: K }, (_, k) => (channels.includes(k) ? 1 : 0)),
  );
}
