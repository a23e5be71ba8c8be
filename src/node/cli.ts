// The `convscope` command.
import { Command, CommanderError } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { addClassify } from './commands/classify.js';
import { addConvert } from './commands/convert.js';
import { addGrad } from './commands/grad.js';
import { addInspect } from './commands/inspect.js';
import { addRender } from './commands/render.js';
import { addRun } from './commands/run.js';
import { EXIT, EXIT_CODES, report } from './commands/shared.js';
import { addTop } from './commands/top.js';
import { addTune } from './commands/tune.js';

const program = new Command('convscope')
  .description('See what a convolutional network has learned.')
  .version(manifest.version)
  .addHelpText(
    'after',
    `
Units are written layer:channel[:y,x], as in inception_4a/output:360:4,3, or layer:class, as in fc8:fish, where labels are known.
A transparent picture is laid on white (--background), never read without its transparency.${EXIT_CODES}`,
  )
  .showHelpAfterError('(add --help for the options)')
  .configureHelp({
    showGlobalOptions: true,
    optionDescription: (option) => (option.mandatory ? `${option.description} (required)` : option.description),
  });

for (const add of [addInspect, addClassify, addRun, addGrad, addRender, addConvert, addTop, addTune]) add(program);
for (const command of [program, ...program.commands]) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT.usage;
  else report(error, process.argv.includes('--json'));
}
