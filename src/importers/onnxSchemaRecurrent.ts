// Rules for ONNX's recurrent operators: LSTM, GRU and RNN.
import { formatShape } from '../core/shape.js';
import { all, type Check, must, oneOf, zeroOrOne } from './onnxSchemaFacts.js';

/** The sizes of the weights, for the operator's number of gates. */
const weights = (gates: number): Check =>
  function* ({ shape, number, text, has }) {
    const [x, w, r, b] = [0, 1, 2, 3].map(shape);
    const directions = text('direction', 'forward') === 'bidirectional' ? 2 : 1;
    const hidden = number('hidden_size', r?.[2] ?? 0);
    if (has('hidden_size') && !(hidden > 0)) yield must('hidden_size', hidden, 'be above 0');
    if (!x || !w || !r || !(hidden > 0)) return;
    const holds = (of: readonly number[], wanted: readonly number[]) => of.join() === wanted.join();
    if (x.length !== 3) {
      yield must('the input', x, 'have 3 axes: steps, batch and values');
      return;
    }
    const [ofX, ofR, ofB] = [
      [directions, gates * hidden, x[2]],
      [directions, gates * hidden, hidden],
      [directions, 2 * gates * hidden],
    ];
    const rule = (wanted: readonly number[]) =>
      `be ${formatShape(wanted)}, for ${directions} directions of ${hidden} units`;
    if (!holds(w, ofX)) yield must('W', w, rule(ofX));
    if (!holds(r, ofR)) yield must('R', r, rule(ofR));
    if (b && !holds(b, ofB)) yield must('B', b, rule(ofB));
  };

const common = all(oneOf('direction', 'forward', ['forward', 'reverse', 'bidirectional']), zeroOrOne('layout'));

export const RECURRENT: Readonly<Record<string, Check>> = {
  LSTM: all(common, weights(4)),
  GRU: all(common, weights(3)),
  RNN: all(common, weights(1)),
};
