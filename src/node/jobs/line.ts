// A command's line as a job: read by the command's own options, so that a job takes what the command takes. A line is data: nothing in
// it is run, and options that would load code or write elsewhere are refused.
import { resolve, sep } from 'node:path';
import { Command } from 'commander';
import { OptionError, UnknownNameError } from '../../core/errors.js';
import { addDissect, type DissectionOptions } from '../commands/dissect.js';
import { addGallery, type GalleryLine } from '../commands/gallery.js';
import { addRun, type RunLine } from '../commands/run.js';
import { addScore, type ScoreLine } from '../commands/score.js';
import { addSearch, type TrialOptions } from '../commands/search.js';
import { addTop, type SearchOptions } from '../commands/top.js';
import { ADDRESS } from '../sources/names.js';
import type { Job } from './job.js';
import { dissectJob } from './kinds/dissect.js';
import { galleryJob } from './kinds/gallery.js';
import { runJob } from './kinds/run.js';
import { scoreJob } from './kinds/score.js';
import { searchJob } from './kinds/search.js';
import { topJob } from './kinds/top.js';

interface Kind {
  add(program: Command): void;
  /** Given the pictures of a part, where the size is not decided by the line, and what the command's action is given. */
  open(size: number, args: readonly unknown[]): Promise<Job>;
}

const KINDS: Readonly<Record<string, Kind>> = {
  top: {
    add: addTop,
    open: (size, [spec, given, options]) =>
      topJob(size, spec as string, given as readonly string[], options as SearchOptions),
  },
  run: {
    add: addRun,
    open: (size, [spec, given, options]) =>
      runJob(size, spec as string, given as readonly string[], options as RunLine),
  },
  dissect: {
    add: addDissect,
    open: (size, [spec, options]) => dissectJob(size, spec as string, options as DissectionOptions),
  },
  gallery: {
    add: addGallery,
    open: (size, [spec, options]) => galleryJob(size, spec as string, options as GalleryLine),
  },
  score: { add: addScore, open: (size, [spec, options]) => scoreJob(size, spec as string, options as ScoreLine) },
  search: { add: addSearch, open: (size, [spec, options]) => searchJob(size, spec as string, options as TrialOptions) },
};

/** Commands whose lines can be jobs. */
export const JOB_COMMANDS: readonly string[] = Object.keys(KINDS);

/** What a worker, a merge or the queue decides, and code. */
const REFUSED = ['--out', '--shard', '--resume', '--json', '--adapter', '--verbose', '--plugin', '--pack', '--top'];

/** Options whose values are names of layers and units, which may look like paths: PyTorch writes `/layer1/layer1.0/conv1/Conv`. */
const NAMES = ['layer', 'layers', 'unit', 'units', 'until'];

/** Where the files of a line may be. */
export interface Roots {
  /** The process's working folder: paths in lines are relative to it and stay in it. */
  readonly root: string;
  /** Whether pictures may come from http and https. */
  readonly addresses: boolean;
}

/**
 * Opens a line such as `['top', 'mini-caffenet', '--images', 'world:0-999']`.
 *
 * @throws OptionError for what is no job, for code and for paths that leave the root; all that the command throws for its options
 */
export async function openLine(line: readonly string[], size: number, roots: Roots): Promise<Job> {
  const [name = '', ...rest] = line;
  if (!Object.hasOwn(KINDS, name)) throw new UnknownNameError('job', name, JOB_COMMANDS);
  for (const word of rest) {
    const option = REFUSED.find((refused) => word === refused || word.startsWith(`${refused}=`));
    if (option === undefined) continue;
    const why = option === '--plugin' ? 'loads code, and a job is data' : 'is for the worker or the merge to say';
    throw new OptionError('jobs', `${option} ${why}; leave it out of the line`);
  }
  const kind = KINDS[name];
  const program = new Command('convscope').exitOverride().configureOutput({ writeErr: () => undefined });
  kind.add(program);
  const [command] = program.commands;
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  for (const option of command.options) if (option.long === '--out') option.mandatory = false;
  let given: readonly unknown[] | undefined;
  command.action((...args: unknown[]) => {
    given = args;
  });
  try {
    program.parse([...line], { from: 'user' });
  } catch (error) {
    throw new OptionError('jobs', `${line.join(' ')}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!given) throw new OptionError('jobs', `${line.join(' ')}: gives no command`);
  for (const word of wordsOf(given)) checkInside(word, roots);
  const job = await kind.open(size, given);
  for (const file of job.files) checkInside(file, roots);
  return job;
}

/** All that a command was given which could name a file: its arguments and the values of its options. */
function wordsOf(given: readonly unknown[]): readonly string[] {
  // The last one is the command itself, the one before it has the options.
  const options = Object.entries(given.at(-2) ?? {}).filter(([name]) => !NAMES.includes(name));
  const values = [...given.slice(0, -2), ...options.map(([, value]) => value)].flat();
  return values.filter((value): value is string => typeof value === 'string');
}

/**
 * Refuses what names something outside the root, by `..` or as an absolute path. Words that are no paths are inside whatever they say.
 * Links in the root are followed: a job cannot make one. @throws OptionError
 */
export function checkInside(word: string, { root, addresses }: Roots): void {
  const base = resolve(root);
  // Names of files are trimmed where they are opened. An address has no parts.
  const pieces = word.split(',').flatMap((part) => (ADDRESS.test(part.trim()) ? [part] : part.split('=')));
  for (const piece of pieces.map((part) => part.trim())) {
    if (ADDRESS.test(piece)) {
      if (addresses) continue;
      throw new OptionError('jobs', `${piece}: no pictures are taken from addresses here; start with --addresses`);
    }
    const path = resolve(base, piece);
    if (path === base || path.startsWith(base === sep ? sep : base + sep)) continue;
    throw new OptionError(
      'jobs',
      `${piece} is outside ${base}, where the files of jobs are; --root names another folder`,
    );
  }
}
