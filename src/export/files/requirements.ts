/** `requirements.txt` of an export. */
export function requirementsSource(withPretraining: boolean): string {
  const nibabel = withPretraining ? '# For pretrain.py, to read NIfTI files:\nnibabel>=4\n' : '';
  return `torch>=1.13\nnumpy>=1.22\n${nibabel}`;
}
