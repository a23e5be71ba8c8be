// Symbol.dispose if the engine has it (Chrome 134, Node 20), or else the symbol that compiled `using` falls back to. So
// contexts and plans are disposable in every browser with WebGPU.
export const dispose: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');
