// The `convscope` command. Messages of graphics drivers are filtered by a parent process (quiet.ts) unless --verbose is given.
import { runQuietly, useMessages } from './quiet.js';

/** Commands that open no device, so no driver has anything to say. */
const READING = ['inspect', 'convert', 'merge', 'parts'];

// Whoever reads may have seen enough: `convscope render --help | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

const [, , command = '', ...options] = process.argv;
const plain = ['--verbose', '--help', '-h'].some((option) => options.includes(option));
if (plain || command === '' || READING.includes(command) || !(await runQuietly())) {
  useMessages();
  const { runProgram } = await import('./commands/program.js');
  await runProgram();
}
