// Symbol.dispose where the engine has it (Chrome 134, Node 20), and the symbol that compiled `using` falls back to where
// it has not: a context or plan is disposable in every browser that has WebGPU.
export const dispose: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');
