// Opens a context in Node, with Dawn from npm's `webgpu`: on a GPU if there is one, otherwise on the CPU.
import { AdapterUnavailableError, WebGPUUnavailableError } from '../core/errors.js';
import { type Context, type ContextOptions, openContext } from '../gpu/context.js';
import { isMissing, missingText } from './packages.js';
import { restfully } from './restfully.js';
import { swiftShaderDriver } from './swiftshader.js';

/** What opening a device in Node may be told. */
export interface NodeContextOptions extends Omit<ContextOptions, 'gpu' | 'device'> {
  /**
   * - `auto` (default): the system's drivers, a GPU before the CPU. If they offer nothing: SwiftShader from npm's
   *   `@sparticuz/chromium`, which runs on the CPU.
   * - `software`: that SwiftShader, the same CPU adapter on every Linux machine.
   * - any other text: the adapter whose name contains it.
   *
   * VK_DRIVER_FILES and VK_ICD_FILENAMES select the Vulkan driver, as for any program. If one is set, `auto` and `software`
   * both use that driver.
   */
  readonly adapter?: 'auto' | 'software' | (string & {});
  /** Flags for Dawn, such as `['enable-dawn-features=dump_shaders']`. */
  readonly flags?: readonly string[];
}

interface Instance {
  readonly gpu: GPU;
  /** Added to every adapter request on this instance. */
  readonly forceFallbackAdapter: boolean;
}

type Create = (flags: string[]) => GPU;

/**
 * One instance per choice of adapter and flags, kept until the process ends. Dawn crashes Node if a GPU object is
 * garbage-collected while a device made from it is in use. Instances hold no thread and do not keep the process alive.
 */
const instances = new Map<string, Promise<Instance>>();
/** Instances are created one after another, because an environment variable selects the driver. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * Opens a GPU device in Node. Dispose of the context when you are done with it (`using ctx = await openNodeContext()`). A
 * process that does not can still exit.
 *
 * @throws WebGPUUnavailableError, AdapterUnavailableError, LimitError
 */
export async function openNodeContext(options: NodeContextOptions = {}): Promise<Context> {
  const { adapter = 'auto', flags = [], ...rest } = options;
  const key = JSON.stringify([adapter, flags, rest.powerPreference ?? '']);
  let instance = instances.get(key);
  if (!instance) {
    const made = turn.then(() => makeInstance(adapter, flags, rest));
    turn = made.catch(() => instances.delete(key));
    instances.set(key, made);
    instance = made;
  }
  const { gpu, forceFallbackAdapter } = await instance;
  return openContext({
    waitForCpu: restfully,
    ...rest,
    gpu,
    forceFallbackAdapter: forceFallbackAdapter || rest.forceFallbackAdapter === true,
  });
}

async function makeInstance(adapter: string, flags: readonly string[], request: ContextOptions): Promise<Instance> {
  const create = await loadDawn();
  if (adapter !== 'auto' && adapter !== 'software') {
    const gpu = create([...flags, `adapter=${adapter}`]);
    const { found, message } = await probe(gpu, {});
    if (!found) throw new AdapterUnavailableError(`No adapter is called '${adapter}': ${message || 'none was found'}`);
    return { gpu, forceFallbackAdapter: false };
  }

  const chosenByUser = Boolean(process.env.VK_DRIVER_FILES || process.env.VK_ICD_FILENAMES);
  const system = async (forceFallbackAdapter: boolean): Promise<Instance | undefined> => {
    const gpu = create([...flags]);
    const { powerPreference } = request;
    const { found } = await probe(gpu, { forceFallbackAdapter, ...(powerPreference ? { powerPreference } : {}) });
    return found ? { gpu, forceFallbackAdapter } : undefined;
  };
  const bundled = async (): Promise<Instance | undefined> => {
    const driver = await swiftShaderDriver();
    return driver ? withDriver(driver, () => system(true)) : undefined;
  };

  let instance: Instance | undefined;
  // Not every CPU driver reports that it is a fallback (Mesa's lavapipe does not), so a driver that the user chose is not
  // asked.
  if (chosenByUser) instance = await system(false);
  else if (adapter === 'auto') instance = (await system(false)) ?? (await bundled());
  else instance = (await bundled()) ?? (await system(true));
  if (instance) return instance;
  const fix = chosenByUser
    ? 'VK_DRIVER_FILES or VK_ICD_FILENAMES is set: unset it, or name a Vulkan 1.1+ driver that works here.'
    : process.platform === 'linux' && process.arch === 'x64'
      ? 'Install a Vulkan driver, or `npm install @sparticuz/chromium`, which contains one that runs on the CPU.'
      : 'Install a graphics driver; a CPU adapter comes from npm on Linux x64 only.';
  throw new AdapterUnavailableError(`WebGPU in Node found no ${adapter === 'auto' ? '' : 'software '}adapter. ${fix}`);
}

async function loadDawn(): Promise<Create> {
  try {
    return (await import('webgpu')).create;
  } catch (error) {
    throw new WebGPUUnavailableError(
      isMissing(error, 'webgpu')
        ? missingText(['webgpu'])
        : `npm's 'webgpu' package does not load on ${process.platform}-${process.arch}: ${String(error)}`,
      { cause: error },
    );
  }
}

/** True if `gpu` has an adapter. If no name matches, Dawn rejects, while a browser would resolve to null. */
async function probe(gpu: GPU, request: GPURequestAdapterOptions): Promise<{ found: boolean; message: string }> {
  try {
    return { found: (await gpu.requestAdapter(request)) !== null, message: '' };
  } catch (error) {
    return { found: false, message: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * Runs `make` with `driver` as the only Vulkan driver. The loader reads these variables when an instance is created, not later.
 */
async function withDriver<T>(driver: string, make: () => Promise<T>): Promise<T> {
  process.env.VK_DRIVER_FILES = driver;
  process.env.VK_ICD_FILENAMES = driver;
  try {
    return await make();
  } finally {
    delete process.env.VK_DRIVER_FILES;
    delete process.env.VK_ICD_FILENAMES;
  }
}
