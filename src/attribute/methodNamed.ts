// Methods of attribution by name. A page fetches the library's when it first names one.
import { type AnyPart, createParts, type Made, type PartSpec } from '../parts/part.js';

/** One of the library's, which a page fetches when it first names one, or one of `parts`. @throws OptionError, UnknownNameError */
export async function methodNamed(spec: PartSpec, parts: readonly AnyPart[]): Promise<Made<'attribution method'>> {
  const all = await import('./methods/index.js');
  return createParts([...Object.values(all), ...parts]).make('attribution method', spec, 'method');
}
