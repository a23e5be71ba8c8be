// Where the time of a plan goes, launch by launch.
import { timePasses } from '../gpu/timing.js';
import type { Plan, PlanLaunch } from './plan.js';

/** Device time of one launch. */
export interface DispatchTime extends Pick<PlanLaunch, 'kernel' | 'groups'> {
  readonly ms: number;
}

/**
 * Milliseconds of each dispatch of one step, in order, by timestamp queries: where the time goes. Every dispatch gets a
 * pass of its own, so that their sum is more than a step takes. State is not advanced.
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
