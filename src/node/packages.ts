// Optional packages that users install next to convscope. Installing for a browser needs none of them.
import { ImageError, WebGPUUnavailableError } from '../core/errors.js';

const LOAD = {
  webgpu: () => import('webgpu'),
  sharp: () => import('sharp'),
  tar: () => import('tar'),
  hyparquet: () => import('hyparquet'),
  'hyparquet-compressors': () => import('hyparquet-compressors'),
} as const;
export type OptionalPackage = keyof typeof LOAD;

/**
 * Reports all missing packages of `needed` in one error, before anything is computed.
 *
 * @throws WebGPUUnavailableError, ImageError
 */
export async function requirePackages(needed: readonly OptionalPackage[]): Promise<void> {
  const missing: OptionalPackage[] = [];
  for (const name of needed) {
    try {
      await LOAD[name]();
    } catch (error) {
      // An installed package that fails to load reports the reason itself when it is used.
      if (isMissing(error, name)) missing.push(name);
    }
  }
  if (missing.length === 0) return;
  if (!missing.includes('webgpu')) throw new ImageError(missingText(missing));
  throw new WebGPUUnavailableError(missingText(missing));
}

/** Imports a package that pictures need. @throws ImageError that says how to install it */
export async function importPackage<T>(name: OptionalPackage, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const reason = isMissing(error, name) ? missingText([name]) : `npm's '${name}' does not load: ${String(error)}`;
    throw new ImageError(reason, { cause: error });
  }
}

/** True if `error` says that package `name` is not installed. */
export function isMissing(error: unknown, name: OptionalPackage): boolean {
  return error instanceof Error && new RegExp(`Cannot find (package|module) '?${name}`).test(error.message);
}

/** The command to install the packages. */
export function missingText(missing: readonly OptionalPackage[]): string {
  const purposes: Readonly<Record<OptionalPackage, string>> = {
    webgpu: 'to compute (webgpu)',
    sharp: 'for picture files (sharp)',
    tar: 'for tar archives (tar)',
    hyparquet: 'for Parquet files (hyparquet)',
    'hyparquet-compressors': 'for what is compressed in them (hyparquet-compressors)',
  };
  const why = missing.map((name) => purposes[name]).join(' and ');
  const noGpu = missing.includes('webgpu') ? ' On a machine without a GPU also: npm install @sparticuz/chromium.' : '';
  return `convscope needs packages that it does not install by itself, ${why}: npm install ${missing.join(' ')}.${noGpu}`;
}
