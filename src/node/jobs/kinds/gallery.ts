// convscope gallery as a job: its pieces, and at the end its sheets.
import { join } from 'node:path';
import { type GalleryLine, openGallery } from '../../commands/gallery.js';
import { mergeGallery } from '../../gallery/sheets.js';
import { imagesStage, writePieces } from '../images.js';
import type { Job } from '../job.js';

const STAGE = 'images';

/** The size of parts is the batch of the gallery. */
export async function galleryJob(_: number, spec: string, options: GalleryLine): Promise<Job> {
  const { model, statistics, pieces: piecesOf } = await openGallery(spec, options);
  const { pieces, plan } = await piecesOf();
  const pictures = { model, pieces, plan, statistics, input: options.input };
  return {
    model,
    identity: [plan, options.input],
    files: [],
    packages: ['webgpu', 'sharp'],
    stages: [imagesStage(STAGE, pictures)],
    async merge(results, out) {
      await writePieces(STAGE, pictures, results, out);
      await mergeGallery([out], out, { extension: '.png' });
      return ['index.html', 'index.json'].map((name) => join(out, name));
    },
  };
}
