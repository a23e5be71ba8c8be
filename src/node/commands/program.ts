// Defines all commands and their help.
import { Command, CommanderError } from 'commander';
import manifest from '../../../package.json' with { type: 'json' };
import { addAtlas } from './atlas.js';
import { addAttribute } from './attribute.js';
import { addCircuit } from './circuit.js';
import { addClassify } from './classify.js';
import { addCodes } from './codes.js';
import { addConvert } from './convert.js';
import { addDirections } from './directions.js';
import { addDissect } from './dissect.js';
import { addFacets } from './facets.js';
import { addGallery } from './gallery.js';
import { addGrad } from './grad.js';
import { addGrid } from './grid.js';
import { addInspect } from './inspect.js';
import { addInvert } from './invert.js';
import { addJobs } from './jobs.js';
import { addMerge } from './merge.js';
import { addParts } from './parts.js';
import { addPpgn } from './ppgn.js';
import { addRender } from './render.js';
import { addRun } from './run.js';
import { addScore } from './score.js';
import { addSearch } from './search.js';
import { EXIT, EXIT_CODES, report } from './shared.js';
import { addStats } from './stats.js';
import { addTable } from './table.js';
import { addTop } from './top.js';
import { addTune } from './tune.js';

/** Runs the command that the process's arguments name. */
export async function runProgram(): Promise<void> {
  const program = new Command('convscope')
    .description('See what a convolutional network has learned.')
    .version(manifest.version)
    .addHelpText(
      'after',
      `
  Units are written layer:channel[:y,x], as in inception_4a/output:360:4,3, or layer:class, as in fc8:fish, where labels are known.
  A transparent picture is laid on white (--background), never read without its transparency.${EXIT_CODES}`,
    )
    // A job's line has options of its own.
    .enablePositionalOptions()
    .showHelpAfterError('(add --help for the options)')
    .configureHelp({
      showGlobalOptions: true,
      optionDescription: (option) => (option.mandatory ? `${option.description} (required)` : option.description),
    });

  for (const add of [
    addInspect,
    addClassify,
    addRun,
    addGrad,
    addAttribute,
    addInvert,
    addRender,
    addGallery,
    addScore,
    addSearch,
    addFacets,
    addGrid,
    addAtlas,
    addPpgn,
    addDirections,
    addCircuit,
    addDissect,
    addConvert,
    addTop,
    addMerge,
    addJobs,
    addTable,
    addStats,
    addCodes,
    addTune,
    addParts,
  ])
    add(program);
  for (const command of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)])
    command.exitOverride();

  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT.usage;
    else report(error, process.argv.includes('--json'));
  }
}
