// The presets of the Deep Visualization Toolbox: rows of Table 1 of Yosinski et al. 2015.
import { createSettings, type RowName } from '../recipe.js';
import { regularized } from '../yosinski2015.js';
import type { Preset } from './preset.js';
import { asNeuron } from './target.js';

/** A preset with the regularizers, rates and steps of a recipe's. */
export function tableRow(name: RowName, text: string, source: string, changes = 'None.'): Preset {
  return {
    name,
    text,
    source,
    changes,
    study: ({ target }) => regularized(asNeuron(target), createSettings({ preset: name })),
  };
}
