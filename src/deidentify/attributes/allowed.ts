/**
 * Attributes that the table does not name and that may stay nevertheless, in part or whole, because a picture is not
 * valid or not readable without them. All other text, names, times and unknown bytes are removed.
 *
 * Sources: DICOM PS3.6 (dictionary), PS3.3 (types: 1 needs a value, 2 may be empty).
 */

/** How free text is treated: words of a fixed vocabulary stay; where none is left, this becomes of it. */
export type Fallback = 'remove' | 'empty' | 'dummy' | 'unspecified';

/** Text of which only known words stay. */
const WORDS: readonly (readonly [tag: number, fallback: Fallback, name: string])[] = [
  [0x00080070, 'dummy', 'Manufacturer'],
  [0x00081090, 'dummy', "Manufacturer's Model Name"],
  [0x00180085, 'dummy', 'Imaged Nucleus'],
  [0x00181020, 'dummy', 'Software Versions'],
  [0x00181210, 'dummy', 'Convolution Kernel'],
  [0x00181250, 'dummy', 'Receive Coil Name'],
  [0x00181251, 'dummy', 'Transmit Coil Name'],
  [0x00189005, 'dummy', 'Pulse Sequence Name'],
  [0x00189041, 'empty', 'Receive Coil Manufacturer Name'],
  [0x00189047, 'dummy', 'Multi-Coil Element Name'],
  [0x00189050, 'empty', 'Transmit Coil Manufacturer Name'],
  [0x00201040, 'empty', 'Position Reference Indicator'],
  [0x00280a04, 'dummy', 'Pixel Spacing Calibration Description'],
  [0x00281054, 'unspecified', 'Rescale Type'],
  [0x00281055, 'remove', 'Window Center & Width Explanation'],
  [0x00283003, 'dummy', 'LUT Explanation'],
  [0x00283004, 'unspecified', 'Modality LUT Type'],
  [0x00409210, 'dummy', 'LUT Label'],
  [0x0040a160, 'dummy', 'Text Value'],
  [0x00620005, 'dummy', 'Segment Label'],
  [0x00620009, 'dummy', 'Segment Algorithm Name'],
  [0x00660031, 'dummy', 'Algorithm Version'],
  [0x00660036, 'dummy', 'Algorithm Name'],
  [0x00700006, 'dummy', 'Unformatted Text Value'],
  [0x00700081, 'empty', 'Content Description'],
  [0x30020002, 'dummy', 'RT Image Label'],
  [0x00700310, 'dummy', 'Fiducial Identifier'],
  [0x30020020, 'empty', 'Radiation Machine Name'],
  [0x300a00e1, 'empty', 'Material ID'],
  [0x300a0226, 'dummy', 'Source Isotope Name'],
  [0x300a0318, 'dummy', 'Range Shifter ID'],
  [0x300a0336, 'dummy', 'Lateral Spreading Device ID'],
  [0x300a0346, 'dummy', 'Range Modulator ID'],
];
export const allowedWords: ReadonlyMap<number, Fallback> = new Map(
  WORDS.map(([tag, fallback]) => [tag, fallback]),
);

/** What `retain-device` keeps beyond the table: the make of the machine, which the table does not hide. */
export const deviceMake: ReadonlySet<number> = new Set([0x00080070, 0x00081090, 0x00181020]);

/** Labels that others refer to within a file: small numbers stay, all else is replaced by a pseudonym. */
export const labels: ReadonlySet<number> = new Set([
  0x00209056, // Stack ID
  0x00620020, // Tracking ID
]);

/** UIDs that name kinds of things, in so far as the standard gave them out: 1.2.840.10008 and so on. */
export const classUids: ReadonlySet<number> = new Set([
  0x00080016, 0x0008001a, 0x0008001b, 0x00080062, 0x0008010c, 0x00080117, 0x00080118, 0x0008040e, 0x00081150,
  0x0008115a, 0x00083002, 0x04000010, 0x04000510, 0x30100052, 0x30100053,
]);

/**
 * UIDs that other files or other elements refer to: replaced by keyed ones, so that the references resolve. All others
 * that the table does not name are removed.
 */
export const allowedUids: ReadonlySet<number> = new Set([
  0x00081167, // Multi-frame Source SOP Instance UID: the file that a frame was taken from
  0x0018991e, // Target Frame of Reference UID: that of another file
  0x00200242, // SOP Instance UID of Concatenation Source: what the parts of a concatenation belong to
  0x00209312, // Volume Frame of Reference UID: of enhanced ultrasound, as a patient's frame of reference
  0x00209313, // Table Frame of Reference UID: of enhanced ultrasound
  0x00280304, // Referenced Color Palette Instance UID: a palette of the standard, or a file
  0x0070031b, // Referenced Fiducial UID: a Fiducial UID (0070,031A), which the table replaces
  0x00701209, // Volumetric Presentation Input Set UID: the inputs that a presentation blends
  0x300a0675, // Equipment Frame of Reference UID: shared by plans and treatments
]);

/** Binary values that are pictures, tables of colours or shapes. */
export const allowedBytes: ReadonlySet<number> = new Set([
  0x00281201, 0x00281202, 0x00281203, 0x00281204, 0x00281221, 0x00281222, 0x00281223, 0x00281224, 0x00281408,
  0x00283006, 0x00640009, 0x00660016, 0x00660021, 0x00660022, 0x00660023, 0x00660024, 0x00660025, 0x00660029,
  0x00660040, 0x00660041, 0x00660042, 0x00660043, 0x00660125, 0x00660129, 0x7fe00001, 0x7fe00002, 0x7fe00008,
  0x7fe00009, 0x7fe00010,
]);

/** Without these no program reads the picture; a safe list (`--keep`) need not name them. */
export const indispensable: ReadonlySet<number> = new Set([
  0x00080005, 0x00080016, 0x00080018, 0x00080060, 0x00100010, 0x00100020, 0x0020000d, 0x0020000e, 0x00280002,
  0x00280004, 0x00280006, 0x00280008, 0x00280010, 0x00280011, 0x00280100, 0x00280101, 0x00280102, 0x00280103,
  0x00281101, 0x00281102, 0x00281103, 0x00281201, 0x00281202, 0x00281203, 0x7fe00001, 0x7fe00002, 0x7fe00008,
  0x7fe00009, 0x7fe00010,
]);
