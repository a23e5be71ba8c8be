// PyTorch in its own process (pytorchProcess.py), for users with Python and a GPU.
import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { weightsAsF32 } from '../../src/graph/model.js';
import { gaussianTaps } from '../../src/kernels/blur/index.js';
import { type Contender, firstKernel, inputShape, neededLayers, type Prepared, type Task } from './contender.js';

interface Answer {
  readonly header: Readonly<Record<string, unknown>>;
  readonly floats: Float32Array;
}

/**
 * The contender on the first CUDA device, or else on the CPU. `PYTHON` names the interpreter; default `python3`. Uses single
 * precision, unless `tf32` allows multiplications with 19-bit inputs.
 */
export async function pytorch(
  options: { readonly compiled?: boolean; readonly tf32?: boolean } = {},
): Promise<Contender> {
  const flags = [...(options.compiled ? ['--compile'] : []), ...(options.tf32 ? ['--tf32'] : [])];
  const ask = talkTo(
    spawn(process.env.PYTHON ?? 'python3', [resolve(import.meta.dirname, 'pytorchProcess.py'), ...flags], {
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  );
  const { name, version } = (await ask()).header;
  return { name: String(name), version: String(version), kin: 'PyTorch', prepare: (task) => prepare(ask, task) };
}

/** Sends a message if there is one, and returns the next answer. One at a time. */
type Ask = (header?: object, parts?: readonly Float32Array[]) => Promise<Answer>;

async function prepare(ask: Ask, task: Task): Promise<Prepared | undefined> {
  const filter = task.kind === 'blur' || task.kind === 'percentile';
  const layers = filter ? [] : neededLayers(task);
  const weights = layers
    .flatMap((l) => Object.values(l.weights))
    .map((key) => {
      const stored = task.model.weights.get(key);
      if (!stored) throw new Error(`no weight '${key}'`);
      return { key, shape: stored.shape, data: weightsAsF32(stored) };
    });
  const { radius, taps } = gaussianTaps(task.kind === 'blur' ? (task.amount ?? 0) : 0);
  const { header } = await ask(
    {
      do: 'prepare',
      kind: task.kind,
      layers: layers.map(({ type, attrs, inputs, output, weights: own }) => ({
        type,
        attrs,
        inputs,
        output,
        weights: own,
      })),
      weights: weights.map(({ key, shape }) => ({ key, shape })),
      input: inputShape(task),
      cotangent: task.cotangent.length,
      unit: task.unit,
      rate: task.rate,
      amount: task.amount,
      taps: Array.from({ length: 2 * radius + 1 }, (_, i) => taps[Math.abs(i - radius)]),
      first: task.kind === 'train' ? firstKernel(task) : undefined,
    },
    [...weights.map((w) => w.data), task.input, task.cotangent],
  );
  if (!header.can) return undefined;
  const took = { prepare: Number(header.ms), run: 0 };
  return {
    async run() {
      const { header: said, floats } = await ask({ do: 'run' });
      took.run = Number(said.ms);
      return floats;
    },
    took: () => took,
    dispose: () => void ask({ do: 'forget' }),
  };
}

/** Messages in the format that pytorchProcess.py describes. */
function talkTo(child: ChildProcess): Ask {
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('no pipes');
  // Either end may close while the other is in use. The error says that no answer will come.
  child.on('error', (error) => stdout.destroy(error));
  stdin.on('error', () => stdout.destroy());
  const bytes = stdout[Symbol.asyncIterator]();
  let rest = Buffer.alloc(0);
  const take = async (length: number): Promise<Buffer> => {
    const parts = [rest];
    let have = rest.length;
    while (have < length) {
      const { done, value } = await bytes.next();
      if (done) throw new Error('PyTorch’s process ended; what it said is above');
      parts.push(value);
      have += value.length;
    }
    const all = Buffer.concat(parts);
    rest = all.subarray(length);
    return all.subarray(0, length);
  };
  const receive = async (): Promise<Answer> => {
    const header = JSON.parse(String(await take((await take(4)).readUInt32LE())));
    const data = await take(4 * header.floats);
    if (header.error) throw new Error(header.error);
    return { header, floats: new Float32Array(new Uint8Array(data).buffer) };
  };
  let last: Promise<unknown> = Promise.resolve();
  return (header, parts = []) => {
    const answer = last.then(() => {
      if (header) {
        const floats = parts.reduce((sum, p) => sum + p.length, 0);
        const text = Buffer.from(JSON.stringify({ ...header, floats }));
        const length = Buffer.alloc(4);
        length.writeUInt32LE(text.length);
        for (const part of [length, text, ...parts.map((p) => Buffer.from(p.buffer, p.byteOffset, p.byteLength))]) {
          stdin.write(part);
        }
      }
      return receive();
    });
    last = answer.catch(() => undefined);
    return answer;
  };
}
