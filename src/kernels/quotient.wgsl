// a / b for whole numbers a below a million, appended to the kernels whose places are divided: an integer division is one per lane
// on software adapters. Half of a step away from the next whole number, so that rounding does not reach it.
fn quotient(a: vec4u, b: vec4u) -> vec4u { return vec4u((vec4f(a) + 0.5) / vec4f(b)); }
