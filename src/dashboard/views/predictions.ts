/**
 * What the winner, or the best until it is known, answers to the samples of the proxy task, and whether that is right.
 */
import { messageOf, UserError } from '../../core/errors.js';
import type { ExperimentRow, Store } from '../../store/index.js';
import type { ClassQuestions, VoxelQuestions } from '../../tasks/task.js';
import { openScans } from './scans/open-scans.js';
import { answered, type Answered } from './scans/predict.js';
import { answerPicture, predictionPicture } from './scans/sample-pictures.js';
import { answersOf, classText, samplesOf, type Samples } from './scans/samples.js';
import { missing } from './scans.js';
import type { PredictionsView } from './types.js';

type Prediction = PredictionsView['predictions'][number];

export async function predictionsView(store: Store, row: ExperimentRow): Promise<PredictionsView> {
  try {
    const scans = await openScans(store, row);
    const given = await answered(store, row, scans);
    const samples = samplesOf(scans);
    const { questions, voxelQuestions } = scans.resolved.plan;
    const predictions = Array.from({ length: samples?.count ?? 0 }, (_, index): Prediction | null => {
      if (samples === null) return null;
      if (questions !== undefined) return ofClasses(samples, questions, given, index);
      return voxelQuestions === undefined ? null : ofVoxels(samples, voxelQuestions, given, index);
    });
    return {
      candidate: given.candidate,
      problem: null,
      predictions: predictions.filter((one) => one !== null),
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { candidate: null, problem: messageOf(error), predictions: [] };
  }
}

/** PNG of the right answer to a sample. Throws `UserError` where there is none. */
export async function answerSheet(store: Store, row: ExperimentRow, index: number): Promise<Uint8Array> {
  const picture = answerPicture(await openScans(store, row), index);
  if (picture === undefined) throw missing('picture of the answer', index);
  return picture;
}

/** PNG of the winner's answer to a sample. Throws `UserError` where there is none. */
export async function predictionSheet(store: Store, row: ExperimentRow, index: number): Promise<Uint8Array> {
  const scans = await openScans(store, row);
  const given = await answered(store, row, scans);
  const samples = samplesOf(scans);
  const { questions } = scans.resolved.plan;
  const predicted =
    questions === undefined || samples === null
      ? { voxels: given.answer.data }
      : { answer: chosenBy(given, samples, index)[0]?.answer ?? 0 };
  const picture = predictionPicture(scans, index, predicted);
  if (picture === undefined) throw missing('picture of the prediction', index);
  return picture;
}

/** Class of the greatest logit of each question of a sample, and its probability by softmax. */
function chosenBy(
  { answer: { shape, data } }: Answered,
  { crops }: Samples,
  index: number,
): readonly { readonly answer: number; readonly probability: number }[] {
  const [rows = 0, classes = 1] = shape;
  const each = rows / crops;
  return Array.from({ length: each }, (_, question) => {
    const first = (index * each + question) * classes;
    const logits = data.subarray(first, first + classes);
    const most = Math.max(...logits);
    const sum = logits.reduce((total, logit) => total + Math.exp(logit - most), 0);
    return { answer: logits.indexOf(most), probability: 1 / sum };
  });
}

function ofClasses(samples: Samples, questions: ClassQuestions, given: Answered, index: number): Prediction {
  const chosen = chosenBy(given, samples, index);
  const right = answersOf(samples, questions, index);
  const sure = chosen.map(({ probability }) => percent(probability)).join(', ');
  return {
    index,
    text: `${classText(
      questions,
      chosen.map(({ answer }) => answer),
    )} (probability ${sure})`,
    right: chosen.filter(({ answer }, question) => answer === right[question]).length,
    asked: chosen.length,
  };
}

/** The share of variance explained where voxels were lost, as in the task's score. */
function ofVoxels(
  { batch, crops }: Samples,
  { answers, counted }: VoxelQuestions,
  { answer: { data } }: Answered,
  index: number,
): Prediction {
  const [right, counts] = [batch[answers]?.data ?? [], batch[counted]?.data ?? []];
  const size = data.length / crops;
  let [wrong, all] = [0, 1e-6];
  for (let at = index * size; at < (index + 1) * size; at++) {
    const [value, weight] = [Number(right[at]), Number(counts[at])];
    wrong += weight * ((data[at] ?? 0) - value) ** 2;
    all += weight * value ** 2;
  }
  return {
    index,
    text: `explains ${percent(1 - wrong / all)} of the variance of the voxels that were hidden`,
    right: null,
    asked: 1,
  };
}

/** With a space that does not break. */
const percent = (share: number): string => `${(100 * share).toFixed(1)}\u00a0%`;
