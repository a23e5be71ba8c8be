// What a recipe says about the run that made it: with what, and of which net. It changes no picture, and may be left out.
import { VERSION } from '../core/version.js';
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import { modelHash } from '../scene/modelHash.js';

/** Stands in a recipe's `about`. */
export interface About {
  /** Version of this library. */
  readonly convscope: string;
  /** The model's name, and its fingerprint (`modelHash`) where the platform can make one. */
  readonly model: string;
  readonly hash?: string;
  readonly adapter: string;
  /** The other nets that it was given, by the names that the recipe has for them. */
  readonly nets?: Readonly<Record<string, { readonly model: string; readonly hash?: string }>>;
}

/** What made a run: the version of this library, the model with its hash, the adapter, and further nets. */
export async function aboutRun(ctx: Context, model: Model, nets: Readonly<Record<string, Model>> = {}): Promise<About> {
  const named = async (net: Model) => {
    const hash = await modelHash(net);
    return { model: net.name, ...(hash !== undefined && { hash }) };
  };
  const others = await Promise.all(Object.entries(nets).map(async ([name, net]) => [name, await named(net)] as const));
  return {
    convscope: VERSION,
    ...(await named(model)),
    adapter: ctx.adapterName,
    ...(others.length > 0 && { nets: Object.fromEntries(others) }),
  };
}

/**
 * What is wrong with running a recipe on this model by what the recipe says about itself, as a sentence; undefined where nothing is, or
 * nothing can be said: recipes of earlier versions have no fingerprint.
 */
export async function otherModel(about: unknown, model: Model): Promise<string | undefined> {
  if (typeof about !== 'object' || about === null || !('hash' in about) || typeof about.hash !== 'string')
    return undefined;
  const hash = await modelHash(model);
  if (hash === undefined || hash === about.hash) return undefined;
  const name = 'model' in about && typeof about.model === 'string' ? `'${about.model}'` : 'a model';
  return (
    `the recipe was made with ${name} (${about.hash.slice(0, 12)}…), and '${model.name}' (${hash.slice(0, 12)}…) has other layers or ` +
    'weights: its pictures will differ'
  );
}
