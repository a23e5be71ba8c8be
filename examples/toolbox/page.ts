// What the parts of the page share: the state, the net, and the way to the worker.
import type { Drawn, ModelReport, ToWorker } from './protocol.js';
import type { ToolboxState } from './state.js';

export interface Page {
  readonly state: ToolboxState;
  /** The net that is open. */
  readonly net: ModelReport | undefined;
  /** What the panes show of it; undefined while they are empty. */
  readonly drawn: Drawn | undefined;
  /** Pictures that the source has. */
  readonly pictures: number;
  /** Takes on a part of the state: the address, the worker and the page follow. */
  change(next: Partial<ToolboxState>): void;
  tell(message: ToWorker, transfer?: Transferable[]): void;
  /** Says what went wrong; empty takes it back. */
  warn(message: string): void;
}
