// The `convscope` command. What drivers say goes through another process (quiet.ts), unless --verbose asks for it.
import { runQuietly, useMessages } from './quiet.js';

/** Commands that open a device. */
const COMPUTING = ['classify', 'run', 'grad', 'render', 'top', 'tune'];

const [, , command = '', ...options] = process.argv;
const plain = ['--verbose', '--help', '-h'].some((option) => options.includes(option));
if (plain || !COMPUTING.includes(command) || !(await runQuietly())) {
  useMessages();
  const { runProgram } = await import('./commands/program.js');
  await runProgram();
}
