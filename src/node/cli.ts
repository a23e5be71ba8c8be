// The `convscope` command. Messages of graphics drivers are filtered by a parent process (quiet.ts) unless --verbose is given.
import { runQuietly, useMessages } from './quiet.js';

/** Commands that open a device. */
const COMPUTING = [
  'classify',
  'run',
  'grad',
  'attribute',
  'render',
  'gallery',
  'score',
  'search',
  'facets',
  'top',
  'stats',
  'tune',
];

const [, , command = '', ...options] = process.argv;
const plain = ['--verbose', '--help', '-h'].some((option) => options.includes(option));
if (plain || !COMPUTING.includes(command) || !(await runQuietly())) {
  useMessages();
  const { runProgram } = await import('./commands/program.js');
  await runProgram();
}
