// The nets of the page: those of models/index.json that take pictures, and those that were dropped.
import { classesOf, type Model, type Preprocessing } from 'convscope';
import {
  importModel,
  knownNets,
  LABEL_ENDINGS,
  loadSafetensors,
  type ModelFile,
  readBinaryproto,
  readLabels,
  readNpy,
} from 'convscope/importers';
import { fetchBuiltIn, pictureNets } from './builtIn.js';

export class Nets {
  readonly #opened = new Map<string, Promise<Model>>();
  #names: readonly string[] = [];
  #dropped: ModelFile[] = [];

  /** Finds the nets that come with the page. */
  async read(): Promise<void> {
    this.#names = (await pictureNets()).map(({ name }) => name);
  }

  /** Those that come with the page, then dropped ones. */
  get names(): readonly string[] {
    return [...new Set([...this.#names, ...this.#opened.keys()])];
  }

  /** @throws Error for a name that is not in the list, and with the server's answer */
  open(name: string): Promise<Model> {
    const known = this.#opened.get(name);
    if (known) return known;
    if (!this.#names.includes(name)) {
      throw new Error(`The net '${name}' does not come with this page: drop its files here first.`);
    }
    const opened = fetchBuiltIn(name).then(loadSafetensors);
    this.#opened.set(name, opened);
    opened.catch(() => this.#opened.delete(name));
    return opened;
  }

  /** Puts a changed net in the place of the one with its name. */
  put(model: Model): void {
    this.#opened.set(model.name, Promise.resolve(model));
  }

  /**
   * A net of dropped files, whose parts may come one after another: a part replaces an earlier one of the same kind. Says what is missing
   * where there are only weights. @throws ModelFileError
   */
  async take(files: readonly ModelFile[]): Promise<Model | { readonly missing: string }> {
    const before = this.#dropped;
    const all = [
      ...before.filter((old) => !files.some((f) => kindOf(f.name) === kindOf(old.name) || isWhole(f.name))),
      ...files,
    ];
    const nets = all.filter(({ name }) => isWhole(name) || ['.prototxt', '.caffemodel'].includes(kindOf(name)));
    this.#dropped = all;
    if (nets.length === 1 && kindOf(nets[0].name) === '.caffemodel') {
      return { missing: `${nets[0].name} is here; drop its .prototxt too` };
    }
    try {
      const labels = all.filter((f) => LABEL_ENDINGS.includes(kindOf(f.name))).at(-1);
      // All files, because external weights may have no extension of their own.
      const model = importModel(nets.length > 0 ? all : [...files], {
        preprocessing: preprocessingOf(all),
        known: await knownNets(),
      });
      const whole = labels ? { ...model, labels: readLabels(labels.name, labels.bytes, classesOf(model)) } : model;
      this.put(whole);
      return whole;
    } catch (error) {
      // Unreadable files must not affect the next drop.
      this.#dropped = before;
      throw error;
    }
  }
}

const kindOf = (name: string) => name.slice(name.lastIndexOf('.')).toLowerCase();
const isWhole = (name: string): boolean => /\.(onnx|safetensors)$/i.test(name);

/** The mean from a dropped file. */
function preprocessingOf(files: readonly ModelFile[]): Partial<Preprocessing> {
  const binary = files.find((f) => f.name.endsWith('.binaryproto'));
  if (binary) return { mean: readBinaryproto(binary.bytes), stated: true };
  const npy = files.find((f) => f.name.endsWith('.npy'));
  if (!npy) return {};
  const { shape, data } = readNpy(npy.bytes);
  const values = Float32Array.from(data, Number);
  return { mean: shape.length === 1 ? Array.from(values) : { shape: shape.slice(-3), data: values }, stated: true };
}
