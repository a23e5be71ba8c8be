// Selects the adapter of the tests.
import { dirname } from 'node:path';
import { swiftShaderDriver } from '../../src/node/swiftshader.js';

/** `software`, which every machine has, unless CONVSCOPE_ADAPTER is `auto` or names an adapter. */
export function testAdapter(): string {
  return process.env.CONVSCOPE_ADAPTER || 'software';
}

/** Environment variables with which another process finds that adapter's driver, and a Vulkan loader if the system has none. */
export async function driverEnvironment(): Promise<NodeJS.ProcessEnv> {
  const driver = testAdapter() === 'software' ? await swiftShaderDriver() : undefined;
  if (!driver) return process.env;
  return { ...process.env, VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: dirname(driver) };
}
