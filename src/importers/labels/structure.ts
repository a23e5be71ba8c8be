// Class names in a list or dict, whatever it was written in.
import { numbered } from './numbered.js';
import { isDict, isList, type Refuse, type Written, type WrittenDict } from './written.js';

/** Keys under which files of other kinds (a config of Hugging Face, a data.yaml of YOLO, a meta file of CIFAR) hold the names. */
const WRAPPERS = [
  'id2label',
  'label2id',
  'idx_to_class',
  'class_to_idx',
  'class_indices',
  'label_map',
  'names',
  'labels',
  'classes',
  'class_names',
  'classNames',
  'label_names',
  'categories',
  'fine_label_names',
  'coarse_label_names',
];
/** Keys of a class's name and of its number, where each class is a dict. */
const NAME_KEYS = ['name', 'label', 'class_name', 'class', 'title'];
const INDEX_KEYS = ['id', 'index', 'class_id', 'idx', 'class_index'];

const isKeyLike = (text: string): boolean => /^[A-Za-z]{0,4}[-_]?\d+$|^\/[a-z]\/\w+$/.test(text);
const isNumber = (value: Written): value is string | number =>
  /^\d+$/.test(String(value)) && typeof value !== 'boolean';

/** The names in `value`. */
export function namesIn(value: Written, refuse: Refuse): string[] {
  if (isList(value)) return listed(value.items, refuse);
  if (isDict(value)) return keyed(value, refuse);
  return refuse(`it holds ${described(value)}, not a list of names`);
}

function listed(items: readonly Written[], refuse: Refuse): string[] {
  if (items.length === 0) return refuse('its list is empty');
  if (items.every(isDict)) return records(items, refuse);
  return spoken(items, (i) => `entry ${i}`, refuse);
}

/** A name for each value: a word, or a pair of a key and a word. */
function spoken(values: readonly Written[], where: (i: number) => string, refuse: Refuse): string[] {
  const odd = values.findIndex((value) => !(typeof value === 'string' || typeof value === 'number') && !isList(value));
  if (odd >= 0) return refuse(`${where(odd)} is ${described(values[odd])}, not a name`);
  const lists = values.filter(isList);
  if (lists.length === 0) {
    const empty = values.findIndex((value) => String(value).trim() === '');
    if (empty >= 0) return refuse(`${where(empty)} is an empty name`);
    return values.map((value) => String(value).trim());
  }
  if (lists.length < values.length) return refuse('some of its entries are names and some are lists');
  const pairs = lists.map(({ items }) => items);
  const long = pairs.findIndex(
    (items) => items.length !== 2 || !items.every((v) => typeof v === 'string' || isNumber(v)),
  );
  if (long >= 0) return refuse(`${where(long)} is ${described(values[long])}, expected a name or [key, name]`);
  const firsts = pairs.map(([first]) => String(first));
  const seconds = pairs.map(([, second]) => String(second));
  if (pairs.every(([first]) => typeof first === 'number'))
    return numbered(
      pairs.map(([a, b]) => [String(a), String(b)]),
      refuse,
    );
  if (!firsts.every(isKeyLike) || seconds.every(isKeyLike)) {
    return refuse(`${where(0)} is ['${firsts[0]}', '${seconds[0]}']: which of the two is the name of the class?`);
  }
  return spoken(seconds, where, refuse);
}

function keyed(dict: WrittenDict, refuse: Refuse): string[] {
  const { entries } = dict;
  if (entries.length === 0) return refuse('its dict is empty');
  const inside = wrapped(entries, refuse);
  if (inside) return inside;
  const byNumber = entries.every(([key]) => isNumber(key));
  const toNumber = entries.every(([, value]) => isNumber(value));
  if (byNumber && toNumber && entries.some(([key, value]) => Number(key) !== Number(value))) {
    return refuse('its keys and its values are both numbers: which are the classes?');
  }
  if (byNumber) {
    const values = entries.map(([, value]) => value);
    const where = (i: number) => `'${entries[i][0]}'`;
    const names = values.every(isDict) ? named(values, refuse) : spoken(values, where, refuse);
    return numbered(
      entries.map(([key], i) => [key, names[i]]),
      refuse,
    );
  }
  if (toNumber)
    return numbered(
      entries.map(([key, value]) => [String(value), String(key)]),
      refuse,
    );
  const [odd] = entries.filter(([key]) => !isNumber(key));
  return refuse(`neither all keys nor all values are numbers of classes: '${odd[0]}' is ${described(odd[1])}`);
}

/** The names in a dict that holds them under a key beside other things; undefined where it does not. */
function wrapped(entries: WrittenDict['entries'], refuse: Refuse): string[] | undefined {
  const holders = entries.filter(([, value]) => isList(value) || isDict(value));
  const known = holders.filter(([key]) => WRAPPERS.includes(String(key)));
  const main = known.filter(([key]) => key === 'id2label');
  const only = entries.length === 1 && !isNumber(entries[0][0]) ? holders : [];
  const chosen = [main, known, only].find((found) => found.length > 0);
  if (!chosen) return undefined;
  const lists = chosen.map(([key, value]) => namesIn(value, (reason) => refuse(`${key}: ${reason}`)));
  if (lists.some((list) => JSON.stringify(list) !== JSON.stringify(lists[0]))) {
    return refuse(`which of ${chosen.map(([key]) => `'${key}'`).join(', ')} holds the names? Give that list alone`);
  }
  const [, count] = entries.find(([key]) => key === 'nc' || key === 'num_classes' || key === 'num_labels') ?? [];
  if (typeof count === 'number' && count !== lists[0].length) {
    return refuse(`it says that there are ${count} classes and has ${lists[0].length} names`);
  }
  return lists[0];
}

/** A list of dicts, by their numbers where they have any. */
function records(items: readonly WrittenDict[], refuse: Refuse): string[] {
  const names = named(items, refuse);
  const index = INDEX_KEYS.find((key) =>
    items.every(({ entries }) => entries.some(([k, v]) => k === key && isNumber(v))),
  );
  if (index === undefined) {
    if (items.some(({ entries }) => entries.some(([k, v]) => INDEX_KEYS.includes(String(k)) && isNumber(v)))) {
      return refuse('some of its entries have a number and some have none');
    }
    return names;
  }
  return numbered(
    items.map((item, i) => [String(fieldOf(item, index)), names[i]]),
    refuse,
  );
}

/** The name in each dict. */
function named(items: readonly WrittenDict[], refuse: Refuse): string[] {
  const key = NAME_KEYS.find((k) => items.every((item) => typeof fieldOf(item, k) === 'string'));
  if (key === undefined) {
    const keys = items[0].entries.map(([k]) => `'${k}'`).join(', ');
    return refuse(`its entries are dicts of ${keys}; each needs a 'name'`);
  }
  return spoken(
    items.map((item) => fieldOf(item, key) ?? null),
    (i) => `entry ${i}`,
    refuse,
  );
}

const fieldOf = ({ entries }: WrittenDict, key: string): Written | undefined => entries.find(([k]) => k === key)?.[1];

function described(value: Written): string {
  if (isList(value)) return `a list of ${value.items.length}`;
  if (isDict(value)) return 'a dict';
  return value === null ? 'null' : typeof value === 'string' ? `'${value}'` : String(value);
}
