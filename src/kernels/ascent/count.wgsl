// y = x + 1: a counter on the device, [1]. One thread.
override WGX: u32 = 1u;

@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;

@compute @workgroup_size(WGX)
fn main() { y[0] = x[0] + 1u; }
