// Tests: on Dawn in Node, on a CPU adapter unless CONVSCOPE_ADAPTER names another; those under test/browser in Chromium.
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longestFirst.js';

export default defineConfig({
  // A plugin of the tests imports the library by its name, as a user's does.
  resolve: { alias: [{ find: /^convscope$/, replacement: resolve(import.meta.dirname, 'src/index.ts') }] },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'train/**/*.test.ts'],
    // A process per file, never a worker thread: a native crash then fails one file and not the run.
    pool: 'forks',
    // Software adapters spread over all cores themselves; more processes than this only take turns.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // First use unpacks a driver, and compiling a shader on a busy 2-core machine takes seconds.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    globalSetup: ['./test/support/setup.ts'],
    reporters: ['default', './test/support/reporter.ts'],
  },
});
