// Reads untrusted JSON: checks each value, and errors name its path.

export type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (v: unknown): v is JsonObject => typeof v === 'object' && v !== null && !Array.isArray(v);

/** Checks for the values of one file, `what`. Each takes a value and its path, and throws if the value is wrong. */
export function jsonReader(what: string) {
  const bad = (at: string, rule: string, value: unknown): never => {
    throw new Error(`${what}: ${at || 'it'} must be ${rule}, it is ${JSON.stringify(value)}`);
  };
  return {
    bad,
    text: (v: unknown, at: string): string => (typeof v === 'string' && v !== '' ? v : bad(at, 'a text', v)),
    list: (v: unknown, at: string): readonly unknown[] => (Array.isArray(v) ? v : bad(at, 'a list', v)),
    object: (v: unknown, at: string): JsonObject => (isObject(v) ? v : bad(at, 'an object', v)),
    whole: (v: unknown, at: string): number =>
      typeof v === 'number' && Number.isSafeInteger(v) && v > 0 ? v : bad(at, 'a whole number above 0', v),
    sha256: (v: unknown, at: string): string =>
      typeof v === 'string' && /^[0-9a-f]{64}$/.test(v) ? v : bad(at, '64 hexadecimal digits', v),
  };
}

/** The value of a JSON text. @throws Error that names the file */
export function parseJson(what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${what} is no JSON, or was cut off: ${error instanceof Error ? error.message : String(error)}`);
  }
}
