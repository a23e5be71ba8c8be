// The test data beside the checkout: real weights and golden outputs. Tests that need it are skipped, by name, without.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe } from 'vitest';

const folder = resolve(import.meta.dirname, '../../../shared/data');

/** The folder, or undefined where it is absent. */
export function sharedData(): string | undefined {
  return existsSync(folder) ? folder : undefined;
}

/** `describe` for tests on shared data; their reason is printed where they are skipped. */
export function describeWithData(title: string, body: () => void): void {
  if (!sharedData()) console.log(`skipped: ${title} (../shared/data is absent)`);
  describe.skipIf(!sharedData())(title, body);
}
