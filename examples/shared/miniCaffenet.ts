// The net that the pages open first: CaffeNet in miniature, trained by this library on its toy world (models/mini-caffenet.md).
import type { Model } from 'convscope';
import { loadSafetensors } from 'convscope/importers';

export async function miniCaffenet(): Promise<Model> {
  return loadSafetensors(await fetch(new URL('../../models/mini-caffenet.safetensors', import.meta.url)));
}
