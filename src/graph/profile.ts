// Measures the time of each launch of a plan.
import { timePasses } from '../gpu/timing.js';
import type { Plan, PlanLaunch } from './plan.js';

/** Device time of one launch. */
export interface DispatchTime extends Pick<PlanLaunch, 'kernel' | 'groups'> {
  readonly ms: number;
}

/**
 * Milliseconds of each dispatch of one step, in order, from timestamp queries. Each dispatch gets its own pass, so the sum is
 * more than a normal step takes. State does not change.
 *
 * @throws GpuError where the device has no timestamps
 */
export async function profile(plan: Plan): Promise<DispatchTime[]> {
  const launches = plan.launches();
  const times = await timePasses(
    plan.context,
    launches.map(({ encode }) => encode),
  );
  return launches.map(({ kernel, groups }, i) => ({ kernel, groups, ms: times[i] }));
}
