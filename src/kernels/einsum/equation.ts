// Einstein summation, in the notation of NumPy and ONNX: `bij,bjk->bik`.
import { ShapeError } from '../../core/errors.js';
import { formatShape, type Shape } from '../../core/shape.js';

/** Labels of each operand's axes, and of the result's. Axes of an ellipsis are labelled from the last one. */
export interface Equation {
  readonly terms: readonly (readonly string[])[];
  readonly result: readonly string[];
}

/** @throws ShapeError if the equation does not fit the shapes */
export function parseEquation(equation: string, shapes: readonly Shape[]): Equation {
  const fail = (why: string): never => {
    throw new ShapeError('einsum', `'${equation}' ${why}`);
  };
  const [left, right, ...rest] = equation.replace(/\s/g, '').split('->');
  const written = left.split(',');
  if (rest.length > 0 || !/^[A-Za-z.,]*$/.test(left) || !/^[A-Za-z.]*$/.test(right ?? '')) {
    fail('must have letters, commas, ellipses and at most one arrow');
  }
  if (written.length !== shapes.length) fail(`has ${written.length} terms for ${shapes.length} inputs`);
  const crowded = [...written, right ?? ''].find((term) => term.replace('...', '').includes('.'));
  if (crowded !== undefined) fail(`has more than one ellipsis in '${crowded}'`);
  let most = 0;
  const labelsOf = (term: string, hidden: number): string[] => {
    const parts = term.split('...');
    const dots = parts.length < 2 ? [] : Array.from({ length: hidden }, (_, i) => `.${hidden - 1 - i}`);
    return [...(parts[0] ?? ''), ...dots, ...(parts[1] ?? '')];
  };
  const terms = written.map((term, i) => {
    const letters = term.replace('...', '').length;
    const hidden = shapes[i].length - letters;
    if (hidden < 0 || (hidden > 0 && !term.includes('...'))) {
      fail(`has ${letters} letters in '${term}', the input is ${formatShape(shapes[i])}`);
    }
    most = Math.max(most, hidden);
    return labelsOf(term, hidden);
  });
  const all = terms.flat();
  const once = [...new Set(all)].filter((l) => !l.startsWith('.') && all.filter((other) => other === l).length === 1);
  const dots = labelsOf('...', most);
  const result = right === undefined ? [...dots, ...once.sort()] : labelsOf(right, right.includes('...') ? most : 0);
  for (const label of result) {
    if (!all.includes(label)) fail(`gives an axis '${label}' that no input has`);
  }
  if (new Set(result).size !== result.length) fail('names an axis of the result twice');
  return { terms, result };
}
