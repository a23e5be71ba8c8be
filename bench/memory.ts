// Counts the bytes of GPU buffers for every contender alike, by wrapping `createBuffer` and `destroy`.

let alive = 0;
let peak = 0;
let installed = false;

/** Starts a new peak. The wrappers are installed once, on the prototypes of all devices. */
export function trackMemory(): { peak(): number } {
  if (!installed) install();
  const before = alive;
  peak = alive;
  return { peak: () => peak - before };
}

function install(): void {
  installed = true;
  const sizes = new WeakMap<GPUBuffer, number>();
  const device = GPUDevice.prototype;
  const buffer = GPUBuffer.prototype;
  const { createBuffer } = device;
  const { destroy } = buffer;
  device.createBuffer = function (descriptor) {
    const made = createBuffer.call(this, descriptor);
    sizes.set(made, descriptor.size);
    alive += descriptor.size;
    peak = Math.max(peak, alive);
    return made;
  };
  buffer.destroy = function () {
    alive -= sizes.get(this) ?? 0;
    sizes.delete(this);
    return destroy.call(this);
  };
}
