/** Opens files with pydicom, which reads every element of them and the flags. */
import { execFileSync } from 'node:child_process';

const SCRIPT = `
import json, sys, warnings
import pydicom
warnings.simplefilter("ignore")
failed = []
for path in json.load(sys.stdin):
    try:
        data = pydicom.dcmread(path)
        for element in data.iterall():
            element.value
        assert data.PatientIdentityRemoved == "YES", "no flag"
        assert data.PatientID.startswith("VX"), "no pseudonym"
        assert data.file_meta.MediaStorageSOPInstanceUID == data.get("SOPInstanceUID", data.file_meta.MediaStorageSOPInstanceUID), "two identities"
    except Exception as error:
        failed.append(f"{path}: pydicom: {type(error).__name__}: {error}")
print(json.dumps(failed))
`;

export function hasPydicom(python: string): boolean {
  try {
    execFileSync(python, ['-c', 'import pydicom'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

/** Returns a line for each file that pydicom does not open. */
export function refusedByPydicom(paths: readonly string[], python: string): string[] {
  const input = JSON.stringify(paths);
  const text = execFileSync(python, ['-c', SCRIPT], { input, encoding: 'utf8', maxBuffer: 2 ** 28 });
  return JSON.parse(text) as string[];
}
