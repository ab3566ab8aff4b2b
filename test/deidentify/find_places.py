"""Compares arrays with the DICOM files that they were made of, voxel by voxel at its place in the body, by pydicom and NumPy.

Argument: the folder that holds `dicom` and `npy`. Prints how many voxels were compared.
"""

import csv
import sys
from pathlib import Path

import numpy as np
import pydicom


def values_by_place(folder: Path) -> dict:
    """Values in the modality's units by position in mm (LPS), rounded."""
    values = {}
    for path in folder.glob("*.dcm"):
        ds = pydicom.dcmread(path)
        orientation = np.array(ds.ImageOrientationPatient, dtype=float)
        down_mm, across_mm = (float(mm) for mm in ds.PixelSpacing)
        pixels = ds.pixel_array * float(ds.RescaleSlope) + float(ds.RescaleIntercept)
        origin = np.array(ds.ImagePositionPatient, dtype=float)
        for (row, column), value in np.ndenumerate(pixels):
            place = origin + column * across_mm * orientation[:3] + row * down_mm * orientation[3:]
            values[key(place)] = value
    return values


def key(place: np.ndarray) -> tuple:
    """Hundredths of a millimetre; 0 and -0 are one."""
    return tuple(np.round(place, 2) + 0.0)


def compared(home: Path, row: dict) -> int:
    """Number of voxels of one array, all of which have the value that the files have there."""
    values = values_by_place(home / "dicom" / row["study"] / row["series"])
    array = np.load(home / "npy" / row["file"], allow_pickle=False)
    affine = np.array([float(number) for number in row["affine"].split()]).reshape(3, 4)
    for axis in range(3):
        # It grows towards right, anterior or superior.
        assert affine[axis, axis] == np.abs(affine[axis, :3]).max(), affine
    for (z, y, x), value in np.ndenumerate(array):
        place = affine @ [x, y, z, 1] * [-1, -1, 1]
        assert values.pop(key(place)) == value, (row["file"], z, y, x)
    assert not values
    return array.size


root = Path(sys.argv[1])
with (root / "npy" / "metadata.csv").open() as table:
    rows = [row for row in csv.DictReader(table) if row["modality"] == "CT"]
print(sum(compared(root, row) for row in rows))
