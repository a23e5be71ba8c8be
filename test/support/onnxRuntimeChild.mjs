// Runs onnxruntime in its own process: a file that crashes it ends this process, not the test.
import { createRequire } from 'node:module';

const ort = createRequire(process.argv[2])('onnxruntime-node');

process.on('message', async ({ bytes, feeds }) => {
  let session;
  try {
    session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4, graphOptimizationLevel: 'disabled' });
    const given = Object.entries(feeds).map(([name, { type, dims, data }]) => {
      const values =
        type === 'int64' ? BigInt64Array.from(data, BigInt) : type === 'bool' ? Uint8Array.from(data) : data;
      return [name, new ort.Tensor(type, values, dims)];
    });
    const outputs = await session.run(Object.fromEntries(given));
    const read = Object.entries(outputs).map(([name, { dims, data }]) => {
      return [name, { dims: [...dims], data: Float64Array.from(data, Number) }];
    });
    process.send({ outputs: new Map(read) });
  } catch (error) {
    process.send({ refused: String(error?.message ?? error) });
  } finally {
    await session?.release();
  }
});
