// A method of attribution in one text, as the address and the command write it: `gradCam layer=conv4`.
import type { Fields, PartSpec } from 'convscope';

/** What the page knows of a method: what the part says of itself. */
export interface MethodInfo {
  readonly name: string;
  readonly text: string;
  readonly source?: string;
  readonly fields: Fields;
  /** It goes back once, so it is computed with each frame. */
  readonly live: boolean;
}

/** The method's name; empty: none. */
export const nameIn = (text: string): string => text.split(' ', 1)[0];

/** A method and its options. An unknown name or option is left to the library, which says what is known. */
export function specIn(text: string, methods: readonly MethodInfo[]): PartSpec {
  const [name, ...options] = text.split(' ').filter(Boolean);
  const fields = methods.find((method) => method.name === name)?.fields ?? {};
  const entries = options.map((option) => {
    const at = option.indexOf('=');
    const field = at < 0 ? option : option.slice(0, at);
    return [field, valueIn(decoded(option.slice(at + 1)), fields[field]?.type)];
  });
  return { name, ...Object.fromEntries(entries) };
}

function valueIn(text: string, type: string | undefined): unknown {
  if (type === 'number') return text === '' ? Number.NaN : Number(text);
  return type === 'numbers' ? text.split(',').map(Number) : text;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that nobody encoded.
    return text;
  }
}

/** The text of a method with another value of one option; without the option where it is undefined. */
export function withOption(text: string, field: string, value: unknown): string {
  const kept = text.split(' ').filter((part, i) => i === 0 || !part.startsWith(`${field}=`));
  if (value !== undefined) kept.push(`${field}=${encodeURIComponent(String(value))}`);
  return kept.join(' ');
}
