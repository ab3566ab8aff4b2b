/**
 * SOP classes of pictures that may have several frames, and what these frames are. Frames of a class that is not here
 * are used only where the file itself says what they are.
 *
 * Source: DICOM PS3.4 table B.5-1 (storage SOP classes), PS3.3 A.1.4 and the class's own section.
 */
import type { DataSet } from 'dicom-parser';

/**
 * - `groups`: each frame says what it is and where it lies (functional groups): slices, echoes, moments, stacks.
 * - `time`: moments, one after the other.
 * - `offsets`: slices, by their offsets along the normal.
 * - `vectors`: nuclear medicine: slices, moments, windows of energy, detectors, by a vector for each.
 * - `pointer`: whatever the Frame Increment Pointer names: moments, places, pages.
 * - `tiles`, `projections`: neither a volume nor a clip.
 */
export type FrameMeaning =
  'groups' | 'time' | 'offsets' | 'vectors' | 'pointer' | 'tiles' | 'projections' | 'pullback';

interface SopClass {
  readonly name: string;
  readonly frames: FrameMeaning;
}

const ROOT = '1.2.840.10008.5.1.4.1.1.';

/** Classes by the part of their UID that follows the root of storage classes. */
const CLASSES: Readonly<Record<string, SopClass>> = {
  '2.1': { name: 'Enhanced CT', frames: 'groups' },
  '2.2': { name: 'Legacy Converted Enhanced CT', frames: 'groups' },
  '4.1': { name: 'Enhanced MR', frames: 'groups' },
  '4.3': { name: 'Enhanced MR Color', frames: 'groups' },
  '4.4': { name: 'Legacy Converted Enhanced MR', frames: 'groups' },
  '128.1': { name: 'Legacy Converted Enhanced PET', frames: 'groups' },
  '130': { name: 'Enhanced PET', frames: 'groups' },
  '6.2': { name: 'Enhanced US Volume', frames: 'groups' },
  '13.1.1': { name: 'X-Ray 3D Angiographic', frames: 'groups' },
  '13.1.2': { name: 'X-Ray 3D Craniofacial', frames: 'groups' },
  '13.1.3': { name: 'Breast Tomosynthesis', frames: 'groups' },
  '13.1.4': { name: 'Breast Projection X-Ray (presentation)', frames: 'projections' },
  '13.1.5': { name: 'Breast Projection X-Ray (processing)', frames: 'projections' },
  '12.1': { name: 'X-Ray Angiographic', frames: 'time' },
  '12.1.1': { name: 'Enhanced XA', frames: 'time' },
  '12.2': { name: 'X-Ray Radiofluoroscopic', frames: 'time' },
  '12.2.1': { name: 'Enhanced XRF', frames: 'time' },
  '12.3': { name: 'X-Ray Angiographic Bi-Plane', frames: 'time' },
  '14.1': { name: 'Intravascular OCT (presentation)', frames: 'pullback' },
  '14.2': { name: 'Intravascular OCT (processing)', frames: 'pullback' },
  '20': { name: 'Nuclear Medicine', frames: 'vectors' },
  '5': { name: 'Nuclear Medicine (retired)', frames: 'vectors' },
  '3': { name: 'Ultrasound Multi-frame (retired)', frames: 'time' },
  '3.1': { name: 'Ultrasound Multi-frame', frames: 'time' },
  '30': { name: 'Parametric Map', frames: 'groups' },
  '66.4': { name: 'Segmentation', frames: 'groups' },
  '66.7': { name: 'Label Map Segmentation', frames: 'groups' },
  '481.1': { name: 'RT Image', frames: 'time' },
  '481.2': { name: 'RT Dose', frames: 'offsets' },
  '481.23': { name: 'Enhanced RT Image', frames: 'time' },
  '481.24': { name: 'Enhanced Continuous RT Image', frames: 'time' },
  '7': { name: 'Secondary Capture', frames: 'pointer' },
  '7.1': { name: 'Multi-frame Single Bit Secondary Capture', frames: 'pointer' },
  '7.2': { name: 'Multi-frame Grayscale Byte Secondary Capture', frames: 'pointer' },
  '7.3': { name: 'Multi-frame Grayscale Word Secondary Capture', frames: 'pointer' },
  '7.4': { name: 'Multi-frame True Color Secondary Capture', frames: 'pointer' },
  '77.1.1.1': { name: 'Video Endoscopic', frames: 'time' },
  '77.1.2.1': { name: 'Video Microscopic', frames: 'time' },
  '77.1.4.1': { name: 'Video Photographic', frames: 'time' },
  '77.1.5.1': { name: 'Ophthalmic Photography 8 Bit', frames: 'pointer' },
  '77.1.5.2': { name: 'Ophthalmic Photography 16 Bit', frames: 'pointer' },
  '77.1.5.4': { name: 'Ophthalmic Tomography', frames: 'groups' },
  '77.1.5.8': { name: 'Ophthalmic OCT B-scan Volume Analysis', frames: 'groups' },
  '77.1.6': { name: 'VL Whole Slide Microscopy', frames: 'tiles' },
  '77.1.8': { name: 'Confocal Microscopy', frames: 'pointer' },
  '77.1.9': { name: 'Confocal Microscopy Tiled Pyramidal', frames: 'tiles' },
};

/** Returns undefined for classes that the table does not list. */
export function sopClassOf(data: DataSet): SopClass | undefined {
  const uid = sopClassUid(data);
  return uid.startsWith(ROOT) ? CLASSES[uid.slice(ROOT.length)] : undefined;
}

export function sopClassUid(data: DataSet): string {
  return (data.string('x00080016') ?? '').trim();
}

/** Part of the SOP class UID that follows the root of storage classes; empty for other classes. */
export function storageClass(data: DataSet): string {
  const uid = sopClassUid(data);
  return uid.startsWith(ROOT) ? uid.slice(ROOT.length) : '';
}
