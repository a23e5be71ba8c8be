// The address of a page, which a link to what it shows is.

let written = '';

/** Writes `#name=value&…`, if it has changed: browsers count how often that is done. */
export function writeHash(entries: readonly (readonly [name: string, value: string])[]): void {
  // `:` and `,` of a unit are allowed there, and are easier to read.
  const hash = new URLSearchParams(entries.map(([name, value]) => [name, value]))
    .toString()
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',');
  if (hash === written) return;
  written = hash;
  history.replaceState(null, '', `#${hash}`);
}

/** A whole number of an address, or `fallback` where it is none from `least` to `most`. */
export function wholeIn(
  text: string | null | undefined,
  fallback: number,
  [least, most]: readonly [number, number],
): number {
  const value = Number(text ?? fallback);
  return text !== '' && Number.isInteger(value) && value >= least && value <= most ? value : fallback;
}
