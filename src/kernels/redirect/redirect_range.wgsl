// Where a rectifier of output y is open: above `low`, and below `high` where it has a HIGH end.
override HIGH: bool = false;

fn shutBelow(y: f32) -> bool { return !(y > u.low); }
fn shutAbove(y: f32) -> bool { return HIGH && !(y < u.high); }
