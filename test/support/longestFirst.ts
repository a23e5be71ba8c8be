// The order of test files: those that take minutes first, so that none is left over at the end, when the others are done.
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** On a software adapter with two cores, the longest first. */
const LONG = [
  'train/nets',
  'train/tasks',
  'jobsQueue',
  'consumer/types',
  'cli',
  'readme',
  'golden/bits',
  'browser/toolbox',
  'browser/toolboxNets',
  'cliInputs',
  'engines/engines',
  'browser/toolboxAttribution',
  'jobs',
  'golden/natural',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = LONG.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return place < 0 ? LONG.length : place;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
