// convscope search as a job: its trials. The same command scores them in the folder where they are brought together.
import { join } from 'node:path';
import { openTrials, type TrialOptions } from '../../commands/search.js';
import { PIECES } from '../../gallery/files.js';
import { imagesStage, writePieces } from '../images.js';
import type { Job } from '../job.js';

const STAGE = 'trials';

/** Each part is a trial. */
export async function searchJob(_: number, spec: string, options: TrialOptions): Promise<Job> {
  const { model, statistics, trials, plan } = await openTrials(spec, options);
  const pictures = { model, pieces: trials, plan, statistics, input: options.input };
  return {
    model,
    identity: [plan, options.input],
    files: [],
    packages: ['webgpu', 'sharp'],
    stages: [imagesStage(STAGE, pictures)],
    async merge(results, out) {
      await writePieces(STAGE, pictures, results, out);
      return [join(out, PIECES)];
    },
  };
}
