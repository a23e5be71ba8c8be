// The worker half of context.ts.
import { describeContext } from './describe.js';

self.postMessage(await describeContext());
