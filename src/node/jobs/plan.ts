// What a job consists of: its line and the names of its pieces, which tell everything that decides their content. The same plan made
// twice is one plan, and pieces that two plans share are made once.
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { ConvscopeError, OptionError } from '../../core/errors.js';
import { VERSION } from '../../core/version.js';
import { checked } from '../../parts/schema.js';
import { hashOf, modelHash } from '../../scene/modelHash.js';
import { parseJson } from '../../synthesize/readStudy.js';
import type { Job, Part, Results } from './job.js';
import { openLine, type Roots } from './line.js';
import type { Store } from './store.js';

/** Part of every name: raised when the same words would give other bytes. */
const FORMAT = 1;

const string = v.string('must be a string');
const count = v.pipe(
  v.number('must be a number'),
  v.integer('must be a whole number'),
  v.minValue(1, 'must be 1 at least'),
);
const ID = v.pipe(string, v.regex(/^[0-9a-f]{32}$/, 'must be 32 hexadecimal digits'));
const PLAN = v.strictObject({
  jobs: v.literal(FORMAT, `must be ${FORMAT}, the only version that this reads`),
  convscope: string,
  line: v.pipe(v.array(string), v.minLength(1, 'must name a command')),
  size: count,
  model: v.strictObject({ name: string, hash: string }),
  stages: v.pipe(
    v.array(v.strictObject({ name: string, pieces: v.array(v.strictObject({ id: ID, label: string, work: count })) })),
    v.minLength(1, 'must be one at least'),
  ),
});

/** A plan, as it is stored. */
export type JobPlan = v.InferOutput<typeof PLAN>;

/** A plan with the work behind it, on this machine. */
export interface OpenPlan {
  readonly id: string;
  readonly plan: JobPlan;
  readonly job: Job;
  /** By their pieces' names. */
  readonly parts: ReadonlyMap<string, Part>;
}

/** Plans a line. Nothing is computed. @throws as `openLine` */
export async function planLine(line: readonly string[], size: number, roots: Roots): Promise<OpenPlan> {
  const job = await openLine(line, size, roots);
  const hash = await modelHash(job.model);
  const about = await hashOf([FORMAT, VERSION, line[0], job.identity, hash]);
  if (hash === undefined || about === undefined) throw new OptionError('jobs', 'need crypto.subtle');
  const parts = new Map<string, Part>();
  const stages = job.stages.map(({ name, parts: own }) => ({
    name,
    pieces: own.map((part) => {
      const id = shortHash([about, name, part.label]);
      parts.set(id, part);
      return { id, label: part.label, work: part.work };
    }),
  }));
  const plan: JobPlan = {
    jobs: FORMAT,
    convscope: VERSION,
    line: [...line],
    size,
    model: { name: job.model.name, hash },
    stages,
  };
  return { id: shortHash([textOf(plan)]), plan, job, parts };
}

const shortHash = (texts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 32);
const textOf = (plan: JobPlan): string => `${JSON.stringify(plan, undefined, 1)}\n`;
const keyOf = (id: string): string => `plans/${checked(ID, id, 'plan')}.json`;

/** Where an object of a piece is. */
export const pieceKey = (id: string, ending = '.json'): string => `pieces/${checked(ID, id, 'piece')}${ending}`;

/** Stores a plan. True where it was not there. */
export const storePlan = (store: Store, { id, plan }: OpenPlan): Promise<boolean> =>
  store.putOnce(keyOf(id), textOf(plan));

/** The plan that a name or the beginning of one tells; without one the only plan of the store. @throws OptionError */
export async function findPlan(
  store: Store,
  name: string | undefined,
): Promise<{ readonly id: string; readonly plan: JobPlan }> {
  const ids = (await store.list('plans/')).map(({ key }) => key.slice('plans/'.length, -'.json'.length));
  const found = ids.filter((id) => name === undefined || id.startsWith(name));
  if (found.length !== 1) {
    const what = name === undefined ? 'the name of a plan' : `'${name}'`;
    const told = found.length === 0 ? 'none' : found.map((id) => id.slice(0, 8)).join(', ');
    throw new OptionError(
      'plan',
      `${what} must tell one plan of ${store.label}, it tells ${told}; convscope jobs plan makes one`,
    );
  }
  const [id] = found;
  return { id, plan: await readPlan(store, id) };
}

async function readPlan(store: Store, id: string): Promise<JobPlan> {
  const bytes = await store.get(keyOf(id));
  if (!bytes) throw new OptionError('plan', `there is no plan ${id} in ${store.label}`);
  const text = new TextDecoder().decode(bytes);
  const plan = checked(PLAN, parseJson(text, id), `plan ${id}`);
  if (shortHash([textOf(plan)]) !== id) {
    throw new OptionError(
      'plan',
      `${id} in ${store.label} was changed after it was made: its name is not that of its content`,
    );
  }
  return plan;
}

/**
 * Opens a stored plan on this machine.
 *
 * @throws OptionError where this machine's files or version would give other results than the planner's
 */
export async function openPlan(store: Store, id: string, roots: Roots): Promise<OpenPlan> {
  const plan = await readPlan(store, id);
  if (plan.convscope !== VERSION) {
    throw new OptionError(
      'plan',
      `${id} was made by convscope ${plan.convscope}, this is ${VERSION}; use one version for a job`,
    );
  }
  const here = await planLine(plan.line, plan.size, roots);
  if (here.id !== id) {
    const what =
      here.plan.model.hash === plan.model.hash
        ? 'other pictures, statistics or files'
        : `other weights of '${plan.model.name}'`;
    throw new OptionError(
      'plan',
      `${id} cannot be worked on here: this machine has ${what} than the one that planned it`,
    );
  }
  return here;
}

/** What is in the store of a plan's finished pieces. @throws ConvscopeError where one is missing */
export function resultsIn(store: Store, plan: JobPlan): Results {
  return {
    async *of(stage, ending = '.json') {
      const pieces = plan.stages.find(({ name }) => name === stage)?.pieces ?? [];
      for (const { id, label } of pieces) {
        const bytes = await store.get(pieceKey(id, ending));
        if (!bytes) throw new ConvscopeError('option', `piece ${label} of ${stage} is not made yet`);
        yield bytes;
      }
    },
  };
}

/**
 * Writes a finished piece. Its `.json` comes last: a piece that has it is whole. Of one that has not, another worker may have left the rest:
 * on another adapter its picture has other bytes, so it is replaced by the one that the `.json` is about.
 */
export async function storePiece(
  store: Store,
  id: string,
  made: Readonly<Record<string, Uint8Array | string>>,
): Promise<void> {
  const [last, ...rest] = Object.entries(made).reverse();
  for (const [ending, bytes] of rest.reverse()) {
    const key = pieceKey(id, ending);
    if (await store.putOnce(key, bytes)) continue;
    const there = await store.get(key);
    const isOther = there === undefined || !Buffer.from(there).equals(Buffer.from(bytes));
    if (isOther && !(await store.has(pieceKey(id)))) await store.replace(key, bytes);
  }
  await store.putOnce(pieceKey(id, last[0]), last[1]);
}
