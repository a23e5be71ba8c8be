// Values as keys of a map: two values share a key only where nothing can tell them apart.

/**
 * A text for `value` that no other value has: JSON where JSON says all. JSON itself writes NaN, infinities and null alike, 0 and
 * -0 alike, and leaves out undefined and functions. What is not plain data (a function, an instance of a class) is told by its
 * identity, so that its key holds within one run of the program.
 */
export function keyOf(value: unknown): string {
  switch (typeof value) {
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${value}n`;
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'function':
      return identityOf(value);
    case 'symbol':
      throw new TypeError(`internal: ${String(value)} cannot be a key`);
    case 'object':
      return value === null ? 'null' : keyOfObject(value);
  }
}

function keyOfObject(value: object): string {
  if (Array.isArray(value)) return `[${value.map((item) => keyOf(item)).join()}]`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return identityOf(value);
  const fields = Object.entries(value).map(([name, field]) => `${JSON.stringify(name)}:${keyOf(field)}`);
  return `{${fields.join()}}`;
}

const identities = new WeakMap<object, number>();
let identified = 0;

function identityOf(value: object): string {
  let id = identities.get(value);
  if (id === undefined) {
    id = identified++;
    identities.set(value, id);
  }
  return `#${id}`;
}
