// The fields of Caffe's layer parameters, as declared in its caffe.proto: names, types and enumerations. Caffe would not
// understand any other field either.
import type { TextField, TextMessage } from './prototxt.js';

/**
 * One line per layer type: the parameter message, then its fields. Types: u unsigned, i integer, f float, b boolean, m message,
 * x anything. `*` marks a repeated field. An enumeration lists its names in parentheses, by number.
 */
const FIELDS = `
Convolution convolution_param num_output:u bias_term:b pad:u* kernel_size:u* stride:u* dilation:u* pad_h:u pad_w:u kernel_h:u kernel_w:u stride_h:u stride_w:u group:u weight_filler:m bias_filler:m engine:x axis:i force_nd_im2col:b
Deconvolution convolution_param num_output:u bias_term:b pad:u* kernel_size:u* stride:u* dilation:u* pad_h:u pad_w:u kernel_h:u kernel_w:u stride_h:u stride_w:u group:u weight_filler:m bias_filler:m engine:x axis:i force_nd_im2col:b
Pooling pooling_param pool:(MAX,AVE,STOCHASTIC) pad:u pad_h:u pad_w:u kernel_size:u kernel_h:u kernel_w:u stride:u stride_h:u stride_w:u engine:x global_pooling:b round_mode:(CEIL,FLOOR)
InnerProduct inner_product_param num_output:u bias_term:b weight_filler:m bias_filler:m axis:i transpose:b engine:x
LRN lrn_param local_size:u alpha:f beta:f norm_region:(ACROSS_CHANNELS,WITHIN_CHANNEL) k:f engine:x
ReLU relu_param negative_slope:f engine:x
PReLU prelu_param filler:m channel_shared:b
ELU elu_param alpha:f
Sigmoid sigmoid_param engine:x
TanH tanh_param engine:x
Softmax softmax_param engine:x axis:i
Dropout dropout_param dropout_ratio:f scale_train:b
Concat concat_param axis:i concat_dim:u
Slice slice_param axis:i slice_point:u* slice_dim:u
Eltwise eltwise_param operation:(PROD,SUM,MAX) coeff:f* stable_prod_grad:b
Flatten flatten_param axis:i end_axis:i
Reshape reshape_param shape:m axis:i num_axes:i
BatchNorm batch_norm_param use_global_stats:b moving_average_fraction:f eps:f engine:x
Scale scale_param axis:i num_axes:i filler:m bias_term:b bias_filler:m
Bias bias_param axis:i num_axes:i filler:m
Power power_param power:f scale:f shift:f
Exp exp_param base:f scale:f shift:f
Log log_param base:f scale:f shift:f
Clip clip_param min:f max:f
Swish swish_param beta:f
ArgMax argmax_param out_max_val:b top_k:u axis:i
MVN mvn_param normalize_variance:b across_channels:b eps:f
Reduction reduction_param operation:(,SUM,ASUM,SUMSQ,MEAN) axis:i coeff:f
Tile tile_param axis:i tiles:i
Crop crop_param axis:i offset:u*
Embed embed_param num_output:u input_dim:u bias_term:b weight_filler:m bias_filler:m
LSTM recurrent_param num_output:u weight_filler:m bias_filler:m debug_info:b expose_hidden:b
RNN recurrent_param num_output:u weight_filler:m bias_filler:m debug_info:b expose_hidden:b
Permute permute_param order:u*
Normalize norm_param across_spatial:b scale_filler:m channel_shared:b eps:f`;

/** A filler's fields, in any layer. */
const FILLER = parseFields(
  'type:x value:f min:f max:f mean:f std:f sparse:i variance_norm:(FAN_IN,FAN_OUT,AVERAGE)'.split(' '),
);
const FILLERS = ['constant', 'gaussian', 'positive_unitball', 'uniform', 'xavier', 'msra', 'bilinear'];

interface FieldRule {
  readonly kind: string;
  readonly repeated: boolean;
  readonly names: readonly string[];
}

type Fields = ReadonlyMap<string, FieldRule>;

function parseFields(texts: readonly string[]): Fields {
  return new Map(
    texts.map((text) => {
      const [, name, kind, names, repeated] = /^(\w+):(?:(\w)|\(([\w,]*)\))(\*?)$/.exec(text) ?? [];
      return [name, { kind: kind ?? 'e', repeated: repeated === '*', names: names?.split(',') ?? [] }];
    }),
  );
}

/** The message and its fields of a layer type; undefined for types that have none. */
function fieldsOf(type: string): { readonly message: string; readonly fields: Fields } | undefined {
  const line = FIELDS.split('\n').find((l) => l.startsWith(`${type} `));
  if (!line) return undefined;
  const [, message, ...fields] = line.split(' ');
  return { message, fields: parseFields(fields) };
}

/** Other parameter messages that any layer may contain. */
const OTHERS = new Set([
  ...['param', 'transform_param', 'loss_param', 'accuracy_param', 'contrastive_loss_param', 'data_param'],
  ...['dummy_data_param', 'hdf5_data_param', 'hdf5_output_param', 'hinge_loss_param', 'image_data_param'],
  ...['infogain_loss_param', 'input_param', 'memory_data_param', 'parameter_param', 'python_param', 'spp_param'],
  ...['threshold_param', 'window_data_param'],
  ...FIELDS.trim()
    .split('\n')
    .map((line) => line.split(' ')[1]),
]);

/** Lists what is wrong with the fields of a layer's own parameters: unknown names, wrong types, fields given twice. */
export function checkFields(type: string, layer: TextMessage): string[] {
  const known = fieldsOf(type);
  if (!known) return [];
  const inner = layer.fields.filter((f) => f.name === known.message);
  // A misspelt message name would silently leave all its fields at their defaults.
  const misspelt = layer.fields.filter((f) => /params?$/.test(f.name) && !OTHERS.has(f.name));
  const strange = misspelt.map(({ name }) => `a layer has no field '${name}'; ${type} has ${known.message}`);
  const problems = inner.flatMap(({ name, value }) =>
    typeof value === 'string' ? [`${name} is ${value}; it must be a message`] : checkMessage(name, value, known.fields),
  );
  return [...strange, ...problems];
}

function checkMessage(where: string, { fields }: TextMessage, known: Fields): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const field of fields) {
    const rule = known.get(field.name);
    const name = `${where}.${field.name}`;
    if (!rule) problems.push(`${where} has no field '${field.name}'; it has ${[...known.keys()].join(', ')}`);
    else if (!rule.repeated && seen.has(field.name)) problems.push(`${name} is given twice; it can be given once`);
    else problems.push(...checkValue(name, field, rule));
    seen.add(field.name);
  }
  return problems;
}

function checkValue(name: string, { value }: TextField, { kind, names }: FieldRule): string[] {
  if (kind === 'x') return [];
  if (typeof value !== 'string') {
    if (kind !== 'm') return [`${name} is a message; it must be a value`];
    return /filler$/.test(name) ? checkFiller(name, value) : [];
  }
  const wrong = (rule: string) => [`${name} is ${value}; it must ${rule}`];
  if (kind === 'm') return wrong('be a message');
  if (kind === 'e') {
    const known = names.filter((n) => n !== '');
    const listed = names.includes(value) || (/^\d+$/.test(value) && Boolean(names[Number(value)]));
    return value !== '' && listed ? [] : wrong(`be ${known.join(', ').replace(/, ([^,]*)$/, ' or $1')}`);
  }
  if (kind === 'b') return /^(true|false|t|f|1|0)$/i.test(value) ? [] : wrong('be true or false');
  const number = Number(value.replace(/f$/i, ''));
  if (!Number.isFinite(number)) return wrong('be a number');
  if (kind !== 'f' && !Number.isInteger(number)) return wrong('be a whole number');
  return kind === 'u' && number < 0 ? wrong('not be negative') : [];
}

function checkFiller(name: string, message: TextMessage): string[] {
  const types = message.fields.flatMap((f) => (f.name === 'type' && typeof f.value === 'string' ? [f.value] : []));
  const unknown = types.find((t) => !FILLERS.includes(t));
  const problems = checkMessage(name, message, FILLER);
  return unknown === undefined
    ? problems
    : [...problems, `${name}.type is '${unknown}'; it must be one of ${FILLERS.join(', ')}`];
}
