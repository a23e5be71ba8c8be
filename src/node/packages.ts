// Optional packages that users install next to convscope. Installing for a browser needs none of them.
import { ConvscopeError, ImageError, WebGPUUnavailableError } from '../core/errors.js';

export type OptionalPackage =
  | 'webgpu'
  | 'sharp'
  | 'tar'
  | 'hyparquet'
  | 'hyparquet-compressors'
  | 'hyparquet-writer'
  | 'bullmq'
  | 'pg'
  | 'ioredis'
  | 'prom-client'
  | '@aws-sdk/client-s3';

const LOAD: Readonly<Record<OptionalPackage, () => Promise<unknown>>> = {
  webgpu: () => import('webgpu'),
  sharp: () => import('sharp'),
  tar: () => import('tar'),
  hyparquet: () => import('hyparquet'),
  'hyparquet-compressors': () => import('hyparquet-compressors'),
  'hyparquet-writer': () => import('hyparquet-writer'),
  bullmq: () => import('bullmq'),
  pg: () => import('pg'),
  ioredis: () => import('ioredis'),
  'prom-client': () => import('prom-client'),
  '@aws-sdk/client-s3': () => import('@aws-sdk/client-s3'),
};

/**
 * Reports all missing packages of `needed` in one error, before anything is computed.
 *
 * @throws WebGPUUnavailableError, ImageError where pictures need them, ConvscopeError with the code 'package'
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
  if (missing.includes('webgpu')) throw new WebGPUUnavailableError(missingText(missing));
  throw errorFor(missing[0], missingText(missing));
}

/** What pictures are read and written with. */
const OF_PICTURES: readonly OptionalPackage[] = ['sharp', 'tar', 'hyparquet', 'hyparquet-compressors'];

const errorFor = (name: OptionalPackage, text: string, options?: ErrorOptions): ConvscopeError =>
  OF_PICTURES.includes(name) ? new ImageError(text, options) : new ConvscopeError('package', text, options);

/** Imports a package. @throws ImageError where pictures need it, or ConvscopeError, that says how to install it */
export async function importPackage<T>(name: OptionalPackage, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const reason = isMissing(error, name) ? missingText([name]) : `npm's '${name}' does not load: ${String(error)}`;
    throw errorFor(name, reason, { cause: error });
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
    'hyparquet-writer': 'to write Parquet files (hyparquet-writer)',
    bullmq: 'for a queue (bullmq)',
    pg: 'for a queue in PostgreSQL (pg)',
    ioredis: 'for a queue in Redis or Valkey (ioredis)',
    'prom-client': 'for metrics (prom-client)',
    '@aws-sdk/client-s3': 'for a store in S3 (@aws-sdk/client-s3)',
  };
  const why = missing.map((name) => purposes[name]).join(' and ');
  const noGpu = missing.includes('webgpu') ? ' On a machine without a GPU also: npm install @sparticuz/chromium.' : '';
  return `convscope needs packages that it does not install by itself, ${why}: npm install ${missing.join(' ')}.${noGpu}`;
}
