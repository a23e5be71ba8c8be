// The test data next to the checkout: real weights and golden outputs. Tests that need it are skipped by name if it is absent.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe } from 'vitest';

const folder = resolve(import.meta.dirname, '../../../shared/data');

/** The folder; undefined if it is absent. */
export function sharedData(): string | undefined {
  return existsSync(folder) ? folder : undefined;
}

/** `describe` for tests on shared data. Prints the reason if they are skipped. */
export function describeWithData(title: string, body: () => void): void {
  if (!sharedData()) console.log(`skipped: ${title} (../shared/data is absent)`);
  describe.skipIf(!sharedData())(title, body);
}
