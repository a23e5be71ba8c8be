// Checks nodes against ONNX's operator schemas: the operators of an opset, the numbers of inputs and outputs, the attributes.
// Rules that ONNX states only in words are in onnxSchemaRules.ts.
import { SCHEMAS } from './onnxSchemaTable.js';

/** A node as in the file. */
export interface SchemaNode {
  readonly name: string;
  readonly type: string;
  /** The domain of the type. Default: ONNX's own. */
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, SchemaAttribute>;
}

/** An attribute. The field that is set tells its type. */
interface SchemaAttribute {
  readonly float?: number;
  readonly int?: number;
  readonly string?: string;
  readonly tensor?: unknown;
  readonly graph?: unknown;
  readonly floats: readonly number[];
  readonly ints: readonly number[];
  readonly strings?: readonly string[];
}

/** The kind of a value's elements. */
export type Kind = 'float' | 'integer' | 'boolean';

interface Formal {
  readonly name: string;
  /** Inputs with the same type name must have the same type; '' is no name. */
  readonly type: string;
  readonly families: string;
  readonly optional: boolean;
  readonly variadic: boolean;
}

interface FormalAttribute {
  readonly kind: string;
  readonly required: boolean;
}

interface Schema {
  readonly since: number;
  readonly deprecated: boolean;
  readonly inputs: readonly Formal[];
  /** The minimum and maximum number. */
  readonly inputCount: readonly [number, number];
  readonly outputs: readonly Formal[];
  readonly outputCount: readonly [number, number];
  readonly attributes: ReadonlyMap<string, FormalAttribute>;
}

const KINDS: Readonly<Record<string, string>> = {
  f: 'a float',
  i: 'an integer',
  s: 'a text',
  t: 'a tensor',
  g: 'a graph',
  F: 'floats',
  I: 'integers',
  S: 'texts',
};

/**
 * Operators that old exporters write and onnxruntime accepts in ONNX's own domain, although no schema of that opset has them.
 */
const EXPERIMENTAL = new Set([
  ...['Affine', 'Crop', 'DynamicSlice', 'GivenTensorFill', 'ImageScaler', 'ParametricSoftplus', 'Scale', 'ScaledTanh'],
  ...['LayerNormalization', 'SimplifiedLayerNormalization', 'ThresholdedRelu'],
]);

const lines = new Map<string, string[]>();
const parsed = new Map<string, readonly Schema[]>();

/** All versions of an operator, oldest first; undefined if ONNX has no operator of that name. */
function versionsOf(type: string): readonly Schema[] | undefined {
  if (lines.size === 0) {
    for (const line of SCHEMAS.trim().split('\n')) {
      const name = line.slice(0, line.indexOf(' '));
      lines.set(name, [...(lines.get(name) ?? []), line]);
    }
  }
  const known = parsed.get(type) ?? lines.get(type)?.map(parseSchema);
  if (known) parsed.set(type, known);
  return known;
}

/** The minimum and maximum from `2-3` or `1-`. */
const countOf = (text: string): [number, number] => {
  const [fewest, most] = text.split('-');
  return [Number(fewest), most ? Number(most) : Number.POSITIVE_INFINITY];
};

function parseFormal(formal: string): Formal {
  const [, name, type, families, option] = /^(\w+):(\w*)\((\w+)\)(.?)$/.exec(formal) ?? [];
  return { name, type, families, optional: option === '?', variadic: option === '*' };
}

function parseSchema(line: string): Schema {
  const [head, body] = [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)];
  const since = Number(head.split(' ')[1]);
  if (body === 'deprecated') {
    return {
      since,
      deprecated: true,
      inputs: [],
      inputCount: [0, 0],
      outputs: [],
      outputCount: [0, 0],
      attributes: new Map(),
    };
  }
  const [values, attributes = ''] = body.split(' | ');
  const [inputs, outputs] = values.split(' > ');
  const [inputCount, ...takes] = inputs.split(' ');
  const [outputCount, ...makes] = outputs.split(' ');
  return {
    since,
    deprecated: false,
    inputs: takes.map(parseFormal),
    inputCount: countOf(inputCount),
    outputs: makes.map(parseFormal),
    outputCount: countOf(outputCount),
    attributes: new Map(
      attributes.split(' ').flatMap((attribute): [string, FormalAttribute][] => {
        const [, name, kind, required] = /^(\w+):(\w)(!?)/.exec(attribute) ?? [];
        return name ? [[name, { kind, required: required === '!' }]] : [];
      }),
    ),
  };
}

/** True if the node belongs to ONNX's own domain. */
export const isStandard = ({ domain = '' }: SchemaNode): boolean => domain === '' || domain === 'ai.onnx';

/** The element kind of a value; undefined if it is not known. */
export type KindOf = (value: string) => Kind | undefined;

const schemaOf = (type: string, opset: number): Schema | undefined =>
  versionsOf(type)
    ?.filter(({ since }) => since <= opset)
    .pop();

/**
 * Checks a node against the schemas of an opset, and returns one sentence for each violation. Nodes of other domains are not
 * checked.
 */
export function checkSchema(node: SchemaNode, opset: number, kindOf: KindOf): string[] {
  if (!isStandard(node)) return [];
  const versions = versionsOf(node.type);
  const schema = schemaOf(node.type, opset);
  if (!schema) return versions && !EXPERIMENTAL.has(node.type) ? [missing(node.type, opset, versions[0].since)] : [];
  if (schema.deprecated) return [`opset ${opset} has no ${node.type} any more; opset ${schema.since} removed it`];
  return [...checkCounts(node, schema), ...checkKinds(node, schema, kindOf), ...checkAttributes(node, schema, opset)];
}

const missing = (type: string, opset: number, since: number): string =>
  `opset ${opset} has no ${type}; it is there from opset ${since} on`;

function checkCounts({ type, inputs, outputs }: SchemaNode, schema: Schema): string[] {
  const said = ([fewest, most]: readonly [number, number]) =>
    fewest === most ? `${fewest}` : most === Number.POSITIVE_INFINITY ? `at least ${fewest}` : `${fewest} to ${most}`;
  const within = (n: number, [fewest, most]: readonly [number, number]) => n >= fewest && n <= most;
  const problems: string[] = [];
  if (!within(inputs.length, schema.inputCount)) {
    problems.push(`it has ${inputs.length} inputs; ${type} takes ${said(schema.inputCount)}`);
  }
  if (!within(outputs.length, schema.outputCount)) {
    problems.push(`it has ${outputs.length} outputs; ${type} makes ${said(schema.outputCount)}`);
  }
  return problems;
}

const FAMILIES: Readonly<Record<Kind, string>> = { float: 'f', integer: 'i', boolean: 'b' };

/** Reports floats in place of integers and the reverse, and required inputs that are missing. */
function checkKinds({ inputs }: SchemaNode, schema: Schema, kindOf: KindOf): string[] {
  const problems: string[] = [];
  const bound = new Map<string, { readonly kind: Kind; readonly name: string }>();
  for (const [i, value] of inputs.entries()) {
    const formal = formalAt(schema.inputs, i);
    if (!formal) continue;
    if (value === '') {
      if (!formal.optional) problems.push(`input ${formal.name} is left out; it is required`);
      continue;
    }
    const kind = kindOf(value);
    if (!kind) continue;
    if (!formal.families.includes(FAMILIES[kind])) {
      problems.push(`input ${formal.name} '${value}' holds ${kind}s, which it does not take`);
      continue;
    }
    const other = bound.get(formal.type);
    if (formal.type === '') continue;
    if (other && other.kind !== kind) {
      problems.push(
        `input ${formal.name} '${value}' holds ${kind}s and ${other.name} ${other.kind}s; they must be of one type`,
      );
    } else bound.set(formal.type, { kind, name: formal.name });
  }
  return problems;
}

/** The last formal parameter may stand for any number of values. */
const formalAt = (formals: readonly Formal[], index: number): Formal | undefined =>
  formals[index] ?? (formals[formals.length - 1]?.variadic ? formals[formals.length - 1] : undefined);

/** What a tensor of this type holds. */
export const kindOfElement = (type: number): Kind =>
  // TensorProto.DataType: floats of all widths, and booleans.
  [1, 10, 11, 16].includes(type) ? 'float' : type === 9 ? 'boolean' : 'integer';

/** The element kinds of the node's outputs, as far as schema and inputs tell. */
export function kindsMade(node: SchemaNode, opset: number, kindOf: KindOf): (Kind | undefined)[] {
  const schema = isStandard(node) ? schemaOf(node.type, opset) : undefined;
  if (!schema) return [];
  const to = node.attributes.get('to')?.int;
  if (node.type === 'Cast' && to !== undefined) return [kindOfElement(to)];
  const bound = new Map<string, Kind>();
  for (const [i, value] of node.inputs.entries()) {
    const [type = '', kind] = [formalAt(schema.inputs, i)?.type, value === '' ? undefined : kindOf(value)];
    if (type !== '' && kind) bound.set(type, kind);
  }
  return node.outputs.map((_, i) => {
    const formal = formalAt(schema.outputs, i);
    if (!formal) return undefined;
    const kinds: readonly Kind[] = ['float', 'integer', 'boolean'];
    return bound.get(formal.type) ?? kinds.find((kind) => formal.families === FAMILIES[kind]);
  });
}

function checkAttributes({ type, attributes }: SchemaNode, schema: Schema, opset: number): string[] {
  const problems: string[] = [];
  for (const [name, { kind, required }] of schema.attributes) {
    const attribute = attributes.get(name);
    if (!attribute) {
      if (required) problems.push(`${name} is missing; ${type} requires it`);
      continue;
    }
    const { float, int, string, tensor, graph, floats, ints, strings = [] } = attribute;
    const set: Readonly<Record<string, boolean>> = {
      f: float !== undefined,
      i: int !== undefined,
      s: string !== undefined,
      t: tensor !== undefined,
      g: graph !== undefined,
      F: floats.length > 0,
      I: ints.length > 0,
      S: strings.length > 0,
    };
    const other = Object.keys(set).find((k) => k !== kind && set[k]);
    // An empty list has no field at all.
    const lacks = 'fist'.includes(kind) && !set[kind];
    if (other) problems.push(`${name} is ${KINDS[other]}; it must be ${KINDS[kind] ?? 'something else'}`);
    else if (lacks) problems.push(`${name} has no value; it must be ${KINDS[kind]}`);
  }
  for (const name of attributes.keys()) {
    // Engines use names with this prefix for their own notes.
    if (schema.attributes.has(name) || name.startsWith('__')) continue;
    const known = [...schema.attributes.keys()].join(', ') || 'none';
    problems.push(`${type} has no attribute '${name}' in opset ${opset}; it has ${known}`);
  }
  return problems;
}
