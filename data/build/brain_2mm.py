"""Rebuild `brain_2mm.npz`: the MNI152 average brain with its grey and white matter, and the Colin27 brain, at 2 mm.

    python data/build/brain_2mm.py SOURCE_FOLDER OUTPUT

Unpack into SOURCE_FOLDER, one on top of the other:
    pip download --no-deps nilearn==0.14.1                       (python -m zipfile -e FILE.whl SOURCE_FOLDER)
    apt-get download mricron-data=1.2.20211006+dfsg-4            (dpkg-deb -x FILE.deb SOURCE_FOLDER)

Each voxel is the mean of 2×2×2 voxels of 1 mm, rounded; a last odd plane is left out.
"""

import gzip
import struct
import sys
from pathlib import Path

import numpy as np
from sources import check, write_npz

PACKAGES = "PyPI nilearn 0.14.1 and Debian mricron-data 1.2.20211006+dfsg-4"
DIGEST = "dabef323feceed0dd838a8f6e5bfcbfdb015d769b89c0863e72d119572e4bef2"
VOLUMES = {
    "t1": "nilearn/datasets/data/mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz",
    "gm": "nilearn/datasets/data/mni_icbm152_gm_tal_nlin_sym_09a_converted.nii.gz",
    "wm": "nilearn/datasets/data/mni_icbm152_wm_tal_nlin_sym_09a_converted.nii.gz",
    "colin27_brain": "usr/share/mricron/templates/ch2bet.nii.gz",
}
UINT8 = 2  # NIfTI's number of this type


def read_nifti(path: Path) -> np.ndarray:
    """The voxels [x, y, z] uint8 of a little-endian NIfTI-1 volume whose numbers are not rescaled."""
    content = gzip.decompress(path.read_bytes())
    size, dimensions, *shape = struct.unpack_from("<i36x4h", content)
    kind, offset, slope, intercept = struct.unpack_from("<70xh36x3f", content)
    if (size, dimensions, kind) != (348, 3, UINT8) or slope not in (0, 1) or intercept:
        raise SystemExit(f"{path}: not a plain NIfTI-1 volume of bytes")
    return np.frombuffer(content, np.uint8, np.prod(shape), int(offset)).reshape(shape, order="F")


def halve(volume: np.ndarray) -> np.ndarray:
    """Means of 2×2×2 voxels, rounded (halves to even): uint8."""
    x, y, z = (side // 2 for side in volume.shape)
    blocks = volume[: 2 * x, : 2 * y, : 2 * z].reshape(x, 2, y, 2, z, 2)
    return np.round(blocks.mean(axis=(1, 3, 5))).astype(np.uint8)


def main(root: Path, output: Path) -> None:
    check([root / path for path in VOLUMES.values()], root, DIGEST, PACKAGES)
    write_npz(output, **{name: halve(read_nifti(root / path)) for name, path in VOLUMES.items()})


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
