// Every error that the library throws on purpose. A message names the thing, the rule, the value and the fix. `code` is stable
// across releases, so a program can check it without parsing the message.

/** What kind of error it is, for a program to branch on: the `code` of every error of this library. */
export type ErrorCode =
  | 'shape'
  | 'unsupported-layers'
  | 'model-file'
  | 'unknown-name'
  | 'option'
  | 'image'
  | 'package'
  | 'not-finite'
  | 'webgpu-unavailable'
  | 'adapter-unavailable'
  | 'limit'
  | 'kernel-compile'
  | 'gpu'
  | 'device-lost';

/** Base of all convscope errors. */
export class ConvscopeError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Shapes that do not fit. Thrown while a tape is built, before any GPU work. */
export class ShapeError extends ConvscopeError {
  constructor(op: string, message: string) {
    super('shape', `${op}: ${message}`);
  }
}

/** An unsupported layer in a model file. */
export interface UnsupportedLayer {
  readonly name: string;
  readonly type: string;
  readonly reason?: string;
}

/** All unsupported layers of a file at once, so nobody has to fix them one by one. */
export class UnsupportedLayersError extends ConvscopeError {
  constructor(
    format: string,
    readonly layers: readonly UnsupportedLayer[],
    supported: readonly string[],
    hint?: string,
  ) {
    const list = layers.map((l) => `${l.type} (${l.name}${l.reason ? `: ${l.reason}` : ''})`).join(', ');
    const noun = layers.length === 1 ? 'layer' : 'layers';
    super(
      'unsupported-layers',
      `${format}: ${layers.length} unsupported ${noun}: ${list}. ${hint ? `${hint} ` : ''}Supported: ${[...supported].sort().join(', ')}.`,
    );
  }
}

/** A model, mean, label or tensor file that is malformed. `where` is a byte offset, line or field path. */
export class ModelFileError extends ConvscopeError {
  constructor(format: string, message: string, options?: ErrorOptions) {
    super('model-file', `${format}: ${message}`, options);
  }
}

/** A layer, unit, preset or tensor that does not exist. Suggests the nearest name that does. */
export class UnknownNameError extends ConvscopeError {
  constructor(kind: string, name: string, known: readonly string[]) {
    const nearest = closest(name, known);
    const hint = nearest === undefined ? '' : ` Did you mean '${nearest}'?`;
    const shown = known.length <= 12 ? known.join(', ') : `${known.slice(0, 12).join(', ')}, … (${known.length})`;
    super('unknown-name', `No ${kind} '${name}'.${hint} Known: ${shown || 'none'}.`);
  }
}

/** An option that is out of range or of the wrong type. */
export class OptionError extends ConvscopeError {
  constructor(
    /** The option, as a path if it is nested: `recipe.learningRate.lr`. */
    readonly option: string,
    /** What it must be and what it was. */
    readonly rule: string,
  ) {
    super('option', `${option}: ${rule}`);
  }
}

/** A file that is not an image, or an image that does not fit the net. */
export class ImageError extends ConvscopeError {
  constructor(message: string, options?: ErrorOptions) {
    super('image', message, options);
  }
}

/** NaN or infinity in place of a finite number. */
export class NotFiniteError extends ConvscopeError {
  constructor(message: string) {
    super('not-finite', message);
  }
}

/** The environment has no WebGPU at all. */
export class WebGPUUnavailableError extends ConvscopeError {
  constructor(message: string, options?: ErrorOptions) {
    super('webgpu-unavailable', message, options);
  }
}

/** WebGPU exists, but offers no adapter. */
export class AdapterUnavailableError extends ConvscopeError {
  constructor(message: string) {
    super('adapter-unavailable', message);
  }
}

/** Something needs more than the device allows. */
export class LimitError extends ConvscopeError {
  constructor(
    what: string,
    readonly limit: string,
    readonly needed: number,
    readonly available: number,
    fix: string,
  ) {
    super('limit', `${what} needs ${limit} ${needed}, the device allows ${available}. ${fix}`);
  }
}

/** A shader that does not compile, with the compiler's messages and the numbered source. */
export class KernelCompileError extends ConvscopeError {
  constructor(kernel: string, messages: string, source: string) {
    const width = String(source.split('\n').length).length;
    const numbered = source
      .split('\n')
      .map((line, i) => `${String(i + 1).padStart(width)} | ${line}`)
      .join('\n');
    super('kernel-compile', `Kernel '${kernel}' does not compile.\n${messages}\n${numbered}`);
  }
}

/** A WebGPU validation or memory error inside one of our own calls. */
export class GpuError extends ConvscopeError {
  constructor(during: string, message: string) {
    super('gpu', `${during}: ${message}`);
  }
}

/** The device was lost. Models are data in CPU memory: open a new context and compile again. */
export class DeviceLostError extends ConvscopeError {
  constructor(info: { readonly reason: string; readonly message: string }) {
    super(
      'device-lost',
      `The GPU device was lost (${info.reason}): ${info.message || 'no details'}. Open a new context and compile the plan again.`,
    );
  }
}

/** The known name with the smallest edit distance to `name`, if it is near enough to be meant. */
function closest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  // Fewer edits than half of its letters. For one or two letters every other name is equally near.
  let bestDistance = Math.max(name.length > 2 ? 2 : 1, Math.floor(name.length / 2));
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** The number of letters to insert, delete, replace, or swap with their neighbour. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2] + 1 : changed;
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, changed, swapped));
    }
    before = row;
    row = next;
  }
  return row[b.length];
}
