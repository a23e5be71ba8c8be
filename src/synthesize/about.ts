// What a recipe says about the run that made it: with what, and of which net. It changes no picture, and may be left out.
import { VERSION } from '../core/version.js';
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import { hashOf, modelHash } from '../scene/modelHash.js';
import type { StatisticsByName } from '../scene/space.js';
import type { Study } from './study.js';

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
  /** Fingerprints of the statistics of pictures that it was given, by the names that the recipe has for them. */
  readonly statistics?: Readonly<Record<string, string>>;
}

/** What a run was given beside its model. */
export interface GivenToRun {
  readonly nets?: Readonly<Record<string, Model>>;
  readonly statistics?: StatisticsByName;
}

/** What made a run: the version of this library, the model with its hash, the adapter, and what else it was given. */
export async function aboutRun(
  ctx: Context,
  model: Model,
  { nets = {}, statistics = {} }: GivenToRun = {},
): Promise<About> {
  const named = async (net: Model) => {
    const hash = await modelHash(net);
    return { model: net.name, ...(hash !== undefined && { hash }) };
  };
  const others = await Promise.all(Object.entries(nets).map(async ([name, net]) => [name, await named(net)] as const));
  const known = await fingerprints(statistics);
  return {
    convscope: VERSION,
    ...(await named(model)),
    adapter: ctx.adapterName,
    ...(others.length > 0 && { nets: Object.fromEntries(others) }),
    ...(Object.keys(known).length > 0 && { statistics: known }),
  };
}

async function fingerprints(statistics: StatisticsByName): Promise<Readonly<Record<string, string>>> {
  const entries = Object.entries(statistics).map(async ([name, own]) => [name, await hashOf(own)] as const);
  return Object.fromEntries((await Promise.all(entries)).flatMap(([name, hash]) => (hash ? [[name, hash]] : [])));
}

/** Names of the statistics that a study's parts ask for. */
export function statisticsIn(study: unknown): readonly string[] {
  if (typeof study !== 'object' || study === null) return [];
  // Pixels that do not start from a coarse picture ask for none.
  const unused = 'start' in study && study.start !== 'coarse';
  const own = 'statistics' in study && typeof study.statistics === 'string' && !unused ? [study.statistics] : [];
  return [...new Set([...own, ...Object.values(study).flatMap(statisticsIn)])];
}

/** Those that a study's parts ask for, of all there are. The study must be in specs. */
export function statisticsOf(study: Study, all: StatisticsByName): StatisticsByName {
  return Object.fromEntries(statisticsIn(study).flatMap((name) => (all[name] ? [[name, all[name]]] : [])));
}

/** Names of statistics that are not those that a recipe was made with, by what it says about itself. */
export async function otherStatistics(about: unknown, statistics: StatisticsByName): Promise<readonly string[]> {
  if (typeof about !== 'object' || about === null || !('statistics' in about)) return [];
  const { statistics: made } = about;
  if (typeof made !== 'object' || made === null) return [];
  const now = await fingerprints(statistics);
  return Object.entries(made).flatMap(([name, hash]) => (now[name] && now[name] !== hash ? [name] : []));
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
