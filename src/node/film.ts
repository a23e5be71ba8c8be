// A film of pictures of one size.
import { OptionError } from '../core/errors.js';
import type { Picture } from '../scene/picture.js';
import { writeWhole } from './outputs.js';
import { importPackage } from './packages.js';

/** Endings of films, and how each is encoded. */
const FILMS = ['.webp', '.gif'] as const;

/** @throws OptionError unless the name ends in .webp or .gif */
export function checkFilmName(option: string, path: string): void {
  if (!FILMS.some((ending) => path.toLowerCase().endsWith(ending))) {
    throw new OptionError(option, `${path} must end with ${FILMS.join(' or ')}`);
  }
}

/** Writes frames as a moving WebP or GIF that repeats, each shown for `delay` milliseconds. The file appears complete or not at all. */
export async function writeFilm(path: string, frames: readonly Picture[], delay: number): Promise<void> {
  checkFilmName('film', path);
  const { default: sharp } = await importPackage('sharp', () => import('sharp'));
  const pages = await Promise.all(
    frames.map(({ width, height, data }) =>
      sharp(data, { raw: { width, height, channels: 4 } })
        .png()
        .toBuffer(),
    ),
  );
  const film = sharp(pages, { join: { animated: true } });
  const how = { delay: frames.map(() => delay), loop: 0 };
  const bytes = path.toLowerCase().endsWith('.gif') ? film.gif(how) : film.webp({ ...how, quality: 85 });
  await writeWhole(path, await bytes.toBuffer());
}
