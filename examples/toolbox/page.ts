// Shared by the parts of the page: the state, the net, and the messages to the worker.
import type { MethodInfo } from './methodText.js';
import type { Drawn, ModelReport, ToWorker } from './protocol.js';
import type { ToolboxState } from './state.js';

export interface Page {
  readonly state: ToolboxState;
  /** The open net. */
  readonly net: ModelReport | undefined;
  /** What the panes show; undefined while they are empty. */
  readonly drawn: Drawn | undefined;
  /** The methods of attribution. */
  readonly methods: readonly MethodInfo[];
  /** Number of pictures of the source. */
  readonly pictures: number;
  /** Changes a part of the state, and updates the address, the worker and the page. */
  change(next: Partial<ToolboxState>): void;
  tell(message: ToWorker, transfer?: Transferable[]): void;
  /** Shows an error. An empty message removes it. */
  warn(message: string): void;
}
