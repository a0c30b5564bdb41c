"""Rebuild `glyphs_28.npz`: A-Z, a-z and 0-9 in 300 typefaces, 28×28, 16 grey levels.

    python data/build/glyphs_28.py SOURCE_FOLDER OUTPUT

Unpack into SOURCE_FOLDER:
    apt-get download fonts-aenigma=0.0.20080511+dfsg-4             (dpkg-deb -x FILE.deb SOURCE_FOLDER)
Needs Pillow 13.0.0 (its FreeType draws the glyphs; another version may differ by a grey level here and there).

Of the package's 465 typefaces, those named below were chosen once: a classifier recognised at least half of their
characters, and no two look alike (correlation of all their pixels below 0.97).
That classifier was not kept, so the choice is written down instead of computed.
"""

import string
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from sources import check, write_npz

PACKAGE = "Debian fonts-aenigma 0.0.20080511+dfsg-4"
DIGEST = "997003afaa577c644591eab98fa989f0d9003bde5c03f5ad13b0591cc6a48a88"
FOLDER = "usr/share/fonts/truetype/aenigma"
CHARS = string.ascii_uppercase + string.ascii_lowercase + string.digits
SIDE = 28  # pixels
INK = 24  # pixels of the longer side of a glyph
TYPEFACES = """
36daysag 36daythk 4shadow 8bitlimr Condui2i Splatz2 Strande2 Tragic2 Unxgala Unxgalaw acknowtt aescrawl aesymatt
aftermat alphbeta amalgama amplitud arthriti aspartam ataxia automati b2sq backlash bandless bandmess bendable
bewilder bewildet binchrt bknuckss blackoni bleakseg blonibld blonirex bobcayge bobcaygr bocuma bocumaad bocumade
bocumang brigadom brigadow candystr ccaps chemrea chemreb chintzy chumbly clasict1 clasict2 cleavttr codelife
collects combusii combuspl combusti combustt combustw compc1o compc1s compc2o compc3o compc3s conduit crackdr2
crkdwno1 dashdot dblayer3 decrepit dented dephun2 discorda draggleo dynamic dyphusio ecliptic editundo elsewher
embosst1 embosst2 embosst3 encappln enthuse enthuses entlayra entplain euphoric exagger8 extracti falsposr fascii
fasciicr fasciisc fasciism fasciitw fbsbltc2 flipside forcible freaktur frizzed fullcomp galapogo galvaniz
gaposiss gasping gather genotyph genotyrs gesture gestures gesturet gesturts gosebmp2 gosebmps gr8higts granular
grapple graveyrd graviseg gravitat grotesq gyneric gyroresh gyrose hairball handmeds hassle hillock homespun hyde
hyperion imposs inertia inevitab inkswipe intersec irritate jagged janken jargon jaspers jawbhard jawbreak jekyll
jeopardi jeopardt jmacscrl jupiterc kaliberr kalibers kaliberx kataacti katainac keyridge kickflip kinkaid kirbyss
konector koneerie kurvatur lakeshor lamebrai larkspur lethargi licostrg lightout lucid lucid2 lucid2o lyneous
lyneousl macropsi madscrwl mima4x4i mimaalt1 mimaalt2 mimafuse minikott minikstt mishmash mobilize monkphon
moronmis mysteron nanosecw naughts neural nominal nostalgi notqr nsecthck nsecthin nymonak obloquys obstacle
obstacll opiated orbicula outersid pdark persuasi pindwnxp pixlkrud plasdrip pneumati pneutall pneuwide pseudo
qlumpy quacksal quadrcal quadrtic quandary quantfh quantflt quantrh quantrnd quanttap quaranti quarthck quillexs
rambling ravcater reason redundan regenera registry rehearsc rehearso relapse revertro roughday ryuker saunder
scalines sclnmaze sequence setbackt simplto2 skullcap slenderw slenmini slenstub spastic2 spheroix sqroute
stagnati supragl syndrome syntheti syracuse techniqu techover telephas thwart tsextols turmoil ubiquity unanimoi
underwhe united upheavtt upraise urcompi vacantz vanished vantage variance vertiup2 vigilanc vindicti visitor2
volatil1 volatil2 wagerlos wagerwon waver weatherd weathers weaver whatever whipsnap wigsquig wincing withstan
wobbly xhume xipital yearend yesterda yielding yonder yoshisst yourcomp zeldadxt zenith zephyreg zirccube zirconia
zoetrope
""".split()  # noqa: SIM905


def draw(font: ImageFont.FreeTypeFont, char: str) -> np.ndarray:
    """One glyph [28, 28] uint8, cut to its box, scaled to 24 pixels and centred; 16 levels, ink is 240."""
    page = Image.new("L", (160, 160), 0)
    ImageDraw.Draw(page).text((40, 30), char, fill=255, font=font)
    glyph = page.crop(page.getbbox())
    scale = INK / max(glyph.size)
    glyph = glyph.resize([max(1, round(side * scale)) for side in glyph.size], Image.Resampling.LANCZOS)
    tile = Image.new("L", (SIDE, SIDE), 0)
    tile.paste(glyph, ((SIDE - glyph.width) // 2, (SIDE - glyph.height) // 2))
    return np.asarray(tile) >> 4 << 4


def main(root: Path, output: Path) -> None:
    paths = [root / FOLDER / f"{name}.ttf" for name in TYPEFACES]
    check(paths, root, DIGEST, PACKAGE)
    fonts = [ImageFont.truetype(path, 72) for path in paths]
    images = np.array([[draw(font, char) for font in fonts] for char in CHARS])
    write_npz(output, images=images, chars=np.array(list(CHARS)), fonts=np.array(TYPEFACES))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
