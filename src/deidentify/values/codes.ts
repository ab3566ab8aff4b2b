/**
 * Codes that may stay: those of public schemes, in the form that the scheme gives its codes. Others become a dummy, since
 * local codes and their meanings are free text.
 *
 * Source: DICOM PS3.16 section 8 (coding schemes), PS3.3 table 8.8-1 (code sequence macro).
 */
import { knownWords } from './vocabulary.js';

const SNOMED_RT = /^[A-Z]-[0-9A-F]{5}$/;
const UNITS = new Set(
  (
    '1 % mm cm m um nm mm2 cm2 mm3 cm3 ml l s ms us min h d a Hz kHz MHz deg rad g kg mg ug Bq kBq MBq Bq/ml BQML kV mA mAs ' +
    "mGy Gy cGy mSv T mT ppm {counts} {ratio} {propcounts} [hnsf'U] cm/s mm/s m/s mm2/s um2/s cm2/ml g/ml g/ml{SUVbw} " +
    'mm[Hg] 1/s /min {H.B.}/min ms/s Cel K V mV dB no {pixels}'
  ).split(' '),
);
const SCHEMES: Readonly<Record<string, (code: string) => boolean>> = {
  DCM: (code) => /^1\d{5}$/.test(code) || /^[A-Z]{2,8}$/.test(code),
  SCT: (code) => /^\d{6,9}$/.test(code),
  SRT: (code) => SNOMED_RT.test(code),
  SNM3: (code) => SNOMED_RT.test(code),
  '99SDM': (code) => SNOMED_RT.test(code),
  UCUM: (code) => UNITS.has(code),
  LN: (code) => /^\d{1,5}-\d$/.test(code),
  FMA: (code) => /^\d{1,6}$/.test(code),
  RADLEX: (code) => /^RID\d{1,5}$/.test(code),
  NCIt: (code) => /^C\d{4,6}$/.test(code),
  UMLS: (code) => /^C\d{7}$/.test(code),
};

/** A code, as in the attributes (0008,0100), (0008,0102), (0008,0104). */
export interface Code {
  readonly value: string;
  readonly scheme: string;
  readonly meaning: string;
}

export const DUMMY_CODE: Code = { value: '0', scheme: '99VOXOLVE', meaning: 'removed' };

/** The code as it may stay; its meaning keeps the words of the vocabulary, or is the value. */
export function safeCode({ value, scheme, meaning }: Code): Code {
  const fits = Object.hasOwn(SCHEMES, scheme) && SCHEMES[scheme]?.(value) === true;
  if (!fits) return DUMMY_CODE;
  const words = knownWords(meaning);
  return { value, scheme, meaning: words === '' ? value : words };
}
