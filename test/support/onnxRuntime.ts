// Runs onnxruntime on the CPU, if it is installed (`npm ci --prefix bench --ignore-scripts`), as an independent engine.
import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

/** A file in the folder whose node_modules contains onnxruntime. */
const HOME = resolve(import.meta.dirname, '../../bench/package.json');

export interface Feed {
  readonly type: 'float32' | 'int64' | 'bool';
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

export interface RuntimeOutput {
  readonly dims: readonly number[];
  readonly data: Float64Array;
}

/** The result for a file: its outputs by name, or the reason why it was refused. */
export type Outcome = { readonly outputs: ReadonlyMap<string, RuntimeOutput> } | { readonly refused: string };

export interface OnnxRuntime {
  run(bytes: Uint8Array, feeds: Readonly<Record<string, Feed>>): Promise<Outcome>;
  [Symbol.dispose](): void;
}

/** Undefined if it is not installed. */
export function openOnnxRuntime(): OnnxRuntime | undefined {
  try {
    createRequire(HOME).resolve('onnxruntime-node');
  } catch {
    return undefined;
  }
  let child: ChildProcess | undefined;
  const started = (): ChildProcess => {
    child ??= fork(resolve(import.meta.dirname, 'onnxRuntimeChild.mjs'), [HOME], { serialization: 'advanced' });
    return child;
  };
  return {
    run: (bytes, feeds) =>
      new Promise((done) => {
        const own = started();
        const finish = (outcome: Outcome) => {
          clearTimeout(timer);
          own.off('message', finish);
          own.off('exit', died);
          done(outcome);
        };
        const died = () => {
          child = undefined;
          finish({ refused: 'the engine crashed' });
        };
        const timer = setTimeout(() => own.kill('SIGKILL'), 20_000);
        own.on('message', finish);
        own.on('exit', died);
        own.send({ bytes, feeds });
      }),
    [Symbol.dispose]() {
      child?.kill();
    },
  };
}
