// The momentum of NAdam at step t from 1: beta·(1 − ½·0.96^(t·decay)), which rises from about half of beta to beta (Dozat 2016, §3).
fn momentum(beta: f32, decay: f32, t: f32) -> f32 {
  return beta * (1.0 - 0.5 * pow(0.96, t * decay));
}
