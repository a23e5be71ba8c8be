import { definePart } from '../../parts/part.js';
import { attribute } from '../attribute.js';
import { onePass } from '../onePass.js';
import { RULE } from './fields.js';

/** The way back by one of the rules, as `backProject` and `convscope grad` have it with a seed of 1. */
export const backprojection = definePart({
  kind: 'attribution method',
  name: 'backprojection',
  text: 'The gradient, deconvnet or guided backpropagation: what is sent back from the target to the pixels.',
  source: 'Simonyan et al. 2013, §3; Zeiler & Fergus 2013, §2.1; Springenberg et al. 2014, §3',
  fields: { rule: RULE },
  make: ({ rule }) =>
    onePass(rule, (scene, target) => ({
      map: attribute(scene, { target: { build: () => target }, method: rule }),
      meaning: `how fast the target rises with each number of the input, going back by the rule '${rule}'`,
      drawn: 'size',
    })),
});
