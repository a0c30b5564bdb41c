"""Rebuild `pbmc_700.npz`: gene expression of 700 blood cells of ten types.

    python data/build/pbmc_700.py SOURCE_FOLDER OUTPUT

Unpack into SOURCE_FOLDER:
    pip download --no-deps scanpy==1.11.5             (python -m zipfile -e FILE.whl SOURCE_FOLDER)
Needs h5py (3.16.0 was used), which reads the HDF5 file; nothing else here does.

Taken is the file's `raw.X`: normalized and logarithmic, not yet centred and scaled; numbers are rounded to 16 bits.
"""

import sys
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sources import check, write_npz

PACKAGE = "PyPI scanpy 1.11.5"
DIGEST = "34cc17cc18e3ad6b2fc44f336b6cbfbe8fadcb84d0779b81e205d71caec080ce"
CELLS = "scanpy/datasets/10x_pbmc68k_reduced.h5ad"


def read_cells(path: Path) -> tuple[csr_matrix, np.ndarray, list[str], list[str]]:
    """Expression [cells, genes], the type of each cell, the names of types and of genes."""
    import h5py

    with h5py.File(path) as stored:
        parts = (stored[f"raw.X/{part}"][:] for part in ("data", "indices", "indptr"))
        labels = stored["obs"]["bulk_labels"]
        types = [name.decode() for name in stored["uns/bulk_labels_categories"][:]]
        genes = [row[0].decode() for row in stored["raw.var"][:]]
        return csr_matrix(tuple(parts), shape=(len(labels), len(genes))), labels, types, genes


def main(root: Path, output: Path) -> None:
    check([root / CELLS], root, DIGEST, PACKAGE)
    expression, labels, types, genes = read_cells(root / CELLS)
    write_npz(
        output,
        X=expression.toarray().astype(np.float16),
        labels=labels.astype(np.int8),
        cell_types=np.array(types),
        genes=np.array(genes),
    )


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
