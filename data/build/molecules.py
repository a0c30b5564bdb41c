"""Rebuild `molecules.json.gz`: small molecules, their atoms, bonds and positions.

    python data/build/molecules.py SOURCE_FOLDER OUTPUT

Unpack into SOURCE_FOLDER:
    apt-get download chemical-structures-data=2.2.dfsg.0-20             (dpkg-deb -x FILE.deb SOURCE_FOLDER)

Every molecule of the package is kept, hydrogens too; positions are rounded to 0.001 Å.
"""

import json
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from sources import check, write_gzip

PACKAGE = "Debian chemical-structures-data 2.2.dfsg.0-20"
DIGEST = "5175ea7376f44d7131f8173fbdab2b50d99f98629346afa77ae5e6e46df5c90a"
FOLDER = "usr/share/chemical-structures"  # CLASS/NAME.cml


def read_cml(path: Path) -> dict[str, object]:
    """One molecule of a CML file: name and class as in its path, atoms, bonds (two places, order), positions in Å."""
    tree = ElementTree.parse(path)
    atoms = tree.findall(".//{*}atom")
    place = {atom.get("id"): number for number, atom in enumerate(atoms)}
    bonds = [(bond.get("atomRefs2").split(), bond.get("order")) for bond in tree.findall(".//{*}bond")]
    return {
        "name": path.stem,
        "cls": path.parent.name,
        "atoms": [atom.get("elementType") for atom in atoms],
        "bonds": [(place[one], place[other], order) for (one, other), order in bonds],
        "xyz": [[round(float(atom.get(axis)), 3) for axis in ("x3", "y3", "z3")] for atom in atoms],
    }


def main(root: Path, output: Path) -> None:
    paths = sorted((root / FOLDER).glob("*/*.cml"), key=lambda path: path.as_posix())
    check(paths, root, DIGEST, PACKAGE)
    write_gzip(output, json.dumps([read_cml(path) for path in paths], separators=(",", ":")))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
