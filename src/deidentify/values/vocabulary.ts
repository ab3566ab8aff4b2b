/**
 * Words that descriptions may keep: anatomy, techniques, directions and makers. Whatever is not here is dropped; a name that
 * is also a word of anatomy stays as that word.
 */
const WORDS = `
abdomen abdominal adc adrenal angio angiography ankle anterior aorta aortic apex arch arm arterial artery axial axis b0 base
bilateral biopsy bladder blood body bolus bone bowel brain breast bronchus calf cardiac carotid cerebellum cerebral cerebrum
cervical chest cine circle clavicle colon contrast cor coronal coronary cortex cranial cranium ct cta cube cord delayed density
diastole diastolic diffusion distal dixon dose dti dual dwi dyn dynamic ear echo edema elbow enhanced enhancement epi
esophagus eye fat fatsat femoral femur fiesta field filter flair flash fluid foot forearm fov fs fse gallbladder gated gradient
grase gre hand head heart helical hepatic hip hippocampus hu humerus iac iliac image in infarct inferior inner inversion
ir jaw kidney kidneys kernel knee lateral left leg lesion ligament limb liver localiser localizer lower lumbar lung lungs lymph mag
magnitude mandible map marrow mask mean medial median mediastinum mip mitral motion mpr mprage mr mra mri mrv muscle myocardium
neck necrosis nerve node nodule noncontrast nuclear oblique ocular opposed optic orbit out ovary pancreas parallel parenchyma
pd pelvis perfusion pet phase pituitary planning plaque plain pons portal post posterior pre precontrast postcontrast prone
prostate proton proximal pulmonary radius recon reconstruction rectum renal resolution rest rib ribs right roi routine sacrum
sag sagittal scanogram scapula scout se segment segmentation sequence series septum shoulder single sinus skeleton skull slab slice
soft spgr spine spiral spleen standard stationary stenosis sternum stir stomach stress superior supine survey surview susceptibility
swi systole systolic t1 t1w t2 t2w temporal tendon tfe thalamus thick thigh thin thorax thoracic thyroid tibia time tissue
tof topogram tracer trachea transversal transverse tricuspid trufi tse tumor tumour ulna ultrasound upper ureter uterus vein
venous ventricle vertebra vessel vibe view volume water weighted whole window wrist 2d 3d 4d ap ax pa lat lr si tra hr lr
hf 1h 13c 19f 23na 31p us od pct mgml automatic manual semiautomatic
ge healthcare hitachi medical philips siemens healthineers systems toshiba canon uih united imaging fujifilm hologic shimadzu
carestream agfa samsung medison esaote mindray bruker neusoft
`;

const known = new Set(WORDS.trim().split(/\s+/));

/** The words of a description that are in the vocabulary, in their order, joined by spaces. */
export function knownWords(text: string): string {
  const words = text.split(/[^A-Za-z0-9]+/);
  return words.filter((word) => known.has(word.toLowerCase())).join(' ');
}
