// A store in a bucket of S3 or of what speaks its protocol (MinIO, Ceph, R2), by AWS's client. Keys and region come from where that
// client looks for them: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL_S3, profiles, the machine's role.
import { ConvscopeError, OptionError } from '../../core/errors.js';
import { importPackage } from '../packages.js';
import { checkedKey, type Store, type Stored } from './store.js';

/** Tries at a name that another writer is at, and milliseconds before the first, doubling each time. */
const MOST_AGAIN = 6;
const AGAIN_AFTER = 100;

export async function objectStore(address: string): Promise<Store> {
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9.-]+)(?:\/([\w./-]*))?$/.exec(address) ?? [];
  if (bucket === undefined || prefix.split('/').includes('..')) {
    throw new OptionError('--store', `must be s3://bucket/prefix, got '${address}'`);
  }
  const s3 = await importPackage('@aws-sdk/client-s3', () => import('@aws-sdk/client-s3'));
  const client = new s3.S3Client({
    // Own servers have one address for all buckets.
    forcePathStyle: process.env.AWS_ENDPOINT_URL_S3 !== undefined || process.env.AWS_ENDPOINT_URL !== undefined,
    // Servers that are not AWS's know no newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const start = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  const at = (key: string) => ({ Bucket: bucket, Key: start + checkedKey(key) });
  return {
    label: address,
    async get(key) {
      try {
        const { Body } = await client.send(new s3.GetObjectCommand(at(key)));
        return await Body?.transformToByteArray();
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw failed('read', key, error);
      }
    },
    async has(key) {
      try {
        await client.send(new s3.HeadObjectCommand(at(key)));
        return true;
      } catch (error) {
        if (statusOf(error) === 404) return false;
        throw failed('read', key, error);
      }
    },
    async putOnce(key, bytes) {
      for (let again = 0; ; again++) {
        try {
          await client.send(new s3.PutObjectCommand({ ...at(key), Body: bytes, IfNoneMatch: '*' }));
          return true;
        } catch (error) {
          // It is there.
          if (statusOf(error) === 412) return false;
          // Another writer is at it, and may fail.
          if (statusOf(error) !== 409 || again === MOST_AGAIN) throw failed('write', key, error);
          await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER * 2 ** again));
        }
      }
    },
    async replace(key, bytes) {
      try {
        await client.send(new s3.PutObjectCommand({ ...at(key), Body: bytes }));
      } catch (error) {
        throw failed('write', key, error);
      }
    },
    async list(listed) {
      const found: Stored[] = [];
      try {
        const pages = s3.paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: start + listed });
        for await (const { Contents = [] } of pages) {
          for (const { Key = '', Size = 0, LastModified } of Contents) {
            found.push({ key: Key.slice(start.length), bytes: Size, written: LastModified?.getTime() ?? 0 });
          }
        }
      } catch (error) {
        throw failed('list', listed, error);
      }
      return found.sort((a, b) => (a.key < b.key ? -1 : 1));
    },
  };
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error && '$metadata' in error)) return undefined;
  const { httpStatusCode } = error.$metadata as { readonly httpStatusCode?: number };
  return httpStatusCode;
}

const failed = (what: string, key: string, error: unknown): ConvscopeError =>
  new ConvscopeError(
    'option',
    `the store cannot ${what} ${key}: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
    {
      cause: error,
    },
  );
