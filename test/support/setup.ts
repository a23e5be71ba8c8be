// Runs once before all tests: unpacks the software driver, so that parallel test processes find it, and prints the adapter.
import { openNodeContext } from '../../src/node/context.js';
import { testAdapter } from './adapter.js';

export async function setup(): Promise<void> {
  try {
    using ctx = await openNodeContext({ adapter: testAdapter() });
    console.log(`GPU tests run on: ${ctx.adapterName}`);
  } catch (error) {
    // Most tests need no GPU, so run them. Those that do will fail by themselves.
    console.log(`GPU tests will fail: ${String(error)}`);
  }
}
