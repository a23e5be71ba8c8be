// Prints at the very end why tests were skipped, and the closing line `N passed, N failed, N skipped`.
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';

/** The counts in the closing line. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

export default class ClosingLine implements Reporter {
  #lines: readonly string[] = [closingLine({ passed: 0, failed: 1, skipped: 0 })];

  onInit(): void {
    // Printed at exit, because other output follows the end of the run. A run that never ends properly counts as a failure.
    process.once('exit', () => process.stdout.write(`${this.#lines.join('\n')}\n`));
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
    const reasons: string[] = [];
    for (const module of modules) {
      for (const test of module.children.allTests()) count(test, counts, reasons);
      // Errors of a file or of a suite's hooks belong to no test. Without this, a file that fails to load would be silent.
      counts.failed += module.errors().length;
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
    }
    // If nothing ran, or an error happened outside every test, the run has failed.
    counts.failed += unhandled.length + (modules.length === 0 ? 1 : 0);
    this.#lines = [...reasons.map((reason) => `skipped: ${reason}`), closingLine(counts)];
  }
}

function count(test: TestCase, counts: Counts, reasons: string[]): void {
  const result = test.result();
  if (result.state === 'passed') counts.passed++;
  else if (result.state === 'skipped') {
    counts.skipped++;
    if (result.note) reasons.push(`${test.fullName}: ${result.note}`);
  } else counts.failed++;
}
