"""Draw the icon family into ``resources/icons``: one pen, one grid, ``currentColor`` throughout.

Galaxies share their parts (glow, core, arms, bar, ring), so that answers of one question differ in
the one thing that is asked. Run it after changing a drawing: ``python packaging/icons.py``.
"""

import math
from pathlib import Path

ICONS = Path(__file__).resolve().parent.parent / "resources" / "icons"
CENTRE = 32.0
PEN = 3.0


def svg(*parts: str) -> str:
    body = "\n  ".join(parts)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">\n'
        f"  {body}\n</svg>\n"
    )


def turned(degrees: float, *parts: str) -> str:
    return f'<g transform="rotate({degrees:g} 32 32)">{"".join(parts)}</g>'


def moved(dx: float, dy: float, scale: float, *parts: str) -> str:
    shift = f"translate({32 + dx:g} {32 + dy:g}) scale({scale:g}) translate(-32 -32)"
    return f'<g transform="{shift}">{"".join(parts)}</g>'


def glow(rx: float, ry: float, opacity: float = 0.22, x: float = CENTRE, y: float = CENTRE) -> str:
    return (
        f'<ellipse cx="{x:g}" cy="{y:g}" rx="{rx:g}" ry="{ry:g}" fill="currentColor" '
        f'fill-opacity="{opacity:g}"/>'
    )


def rim(
    rx: float, ry: float, x: float = CENTRE, y: float = CENTRE, pen: float = PEN, dash: str = ""
) -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<ellipse cx="{x:g}" cy="{y:g}" rx="{rx:g}" ry="{ry:g}" fill="none" '
        f'stroke="currentColor" stroke-width="{pen:g}"{dashes}/>'
    )


def core(rx: float, ry: float | None = None, x: float = CENTRE, y: float = CENTRE) -> str:
    return f'<ellipse cx="{x:g}" cy="{y:g}" rx="{rx:g}" ry="{(ry or rx):g}" fill="currentColor"/>'


def stroke(path: str, pen: float = PEN, fill: str = "none", opacity: float = 1.0) -> str:
    seen = f' stroke-opacity="{opacity:g}"' if opacity < 1 else ""
    return (
        f'<path d="{path}" fill="{fill}" stroke="currentColor" stroke-width="{pen:g}" '
        f'stroke-linecap="round" stroke-linejoin="round"{seen}/>'
    )


def filled(path: str, opacity: float = 1.0) -> str:
    return f'<path d="{path}" fill="currentColor" fill-opacity="{opacity:g}"/>'


def line(x1: float, y1: float, x2: float, y2: float, pen: float = PEN) -> str:
    return stroke(f"M{x1:g} {y1:g}L{x2:g} {y2:g}", pen)


def question_mark(scale: float = 1.0, pen: float = 4.5) -> str:
    return moved(
        0,
        0,
        scale,
        stroke("M23 25Q23 15 32 15Q41 15 41 24Q41 30 32 34V38", pen),
        core(3, 3, 32, 48),
    )


def smooth_body(rx: float, ry: float, x: float = CENTRE, y: float = CENTRE) -> str:
    """A featureless galaxy: light that fades outwards."""
    return "".join(glow(rx * f, ry * f, o, x, y) for f, o in ((1, 0.2), (0.7, 0.3), (0.4, 0.5)))


def arms(count: int, inner: float, outer: float, turn: float, pen: float = PEN) -> str:
    """Logarithmic arms from radius ``inner`` to ``outer`` over ``turn`` degrees."""
    steps = 20
    paths = []
    for arm in range(count):
        points = []
        for step in range(steps + 1):
            share = step / steps
            radius = inner * (outer / inner) ** share
            angle = math.radians(360 * arm / count + turn * share - 90)
            points.append(
                f"{CENTRE + radius * math.cos(angle):.2f} {CENTRE + radius * math.sin(angle):.2f}"
            )
        paths.append("M" + "L".join(points))
    return stroke("".join(paths), pen)


def disc(radius: float = 26) -> str:
    return glow(radius, radius, 0.16)


def spiral(count: int = 2, turn: float = 200, bulge: float = 6.0, inner: float = 7.0) -> str:
    return disc() + arms(count, inner, 25, turn) + core(bulge)


def lens(bulge: str) -> str:
    """A disc seen from its edge, with a bulge drawn over its middle."""
    return filled("M3 32Q32 26 61 32Q32 38 3 32Z") + bulge


def star(x: float, y: float, reach: float) -> str:
    thin = reach * 0.14
    return filled(
        f"M{x} {y - reach}L{x + thin} {y - thin}L{x + reach} {y}L{x + thin} {y + thin}"
        f"L{x} {y + reach}L{x - thin} {y + thin}L{x - reach} {y}L{x - thin} {y - thin}Z"
    )


def spots(*places: tuple[float, float]) -> str:
    return "".join(core(5.5, 5.5, x, y) for x, y in places)


def clumps(*places: tuple[float, float]) -> str:
    return glow(27, 21, 0.22) + spots(*places)


FACE_ON = disc() + rim(25, 25, pen=2)

ANSWERS: dict[str, str] = {
    "smooth-or-featured_smooth": turned(-20, smooth_body(27, 23)),
    "smooth-or-featured_featured-or-disk": turned(
        -25, f'<g transform="translate(0 10.5) scale(1 0.67)">{spiral(2, 215, 6, 7)}</g>'
    ),
    "smooth-or-featured_artifact": star(32, 32, 27)
    + core(6)
    + stroke("M14 14L20 20M50 14L44 20M14 50L20 44M50 50L44 44", 2.5),
    "disk-edge-on_yes": turned(-20, glow(27, 9, 0.18) + lens(core(8, 6))),
    "disk-edge-on_no": turned(-20, glow(27, 18, 0.2) + rim(26, 17, pen=2.5) + core(7, 5)),
    "has-spiral-arms_yes": spiral(2, 220),
    "has-spiral-arms_no": glow(26, 26, 0.2) + glow(17, 17, 0.25) + core(7),
    "bar_strong": FACE_ON + turned(-35, stroke("M13 32L51 32", 9)) + core(8),
    "bar_weak": FACE_ON + turned(-35, stroke("M20 32L44 32", 4.5)) + core(7),
    "bar_no": FACE_ON + core(7),
    "bulge-size_dominant": FACE_ON + core(20),
    "bulge-size_large": FACE_ON + core(14.5),
    "bulge-size_moderate": FACE_ON + core(9.5),
    "bulge-size_small": FACE_ON + core(5),
    "bulge-size_none": FACE_ON + rim(4, 4, pen=1.8, dash="2.2 2.4"),
    "how-rounded_round": smooth_body(24, 24) + rim(24, 24, pen=2),
    "how-rounded_in-between": turned(-30, smooth_body(26, 16) + rim(26, 16, pen=2)),
    "how-rounded_cigar-shaped": turned(-30, smooth_body(28, 8.5) + rim(28, 8.5, pen=2)),
    "edge-on-bulge_rounded": lens(core(13, 11)),
    "edge-on-bulge_boxy": lens(
        '<rect x="20" y="22" width="24" height="20" rx="3" fill="currentColor"/>'
    ),
    "edge-on-bulge_none": lens(""),
    "spiral-winding_tight": disc() + arms(2, 8, 26, 430) + core(5),
    "spiral-winding_medium": disc() + arms(2, 7, 26, 235) + core(5),
    "spiral-winding_loose": disc() + arms(2, 6, 27, 95) + core(5),
    "spiral-arm-count_1": disc() + arms(1, 7, 26, 250) + core(6),
    "spiral-arm-count_2": disc() + arms(2, 7, 26, 190) + core(6),
    "spiral-arm-count_3": disc() + arms(3, 7, 26, 160) + core(6),
    "spiral-arm-count_4": disc() + arms(4, 7, 26, 130) + core(6),
    "spiral-arm-count_more-than-4": disc() + arms(7, 8, 26, 95, 2.4) + core(6),
    "spiral-arm-count_cant-tell": disc() + rim(23, 23, pen=2, dash="4 5") + question_mark(0.75, 5),
    "merging_none": moved(0, 0, 0.8, glow(26, 26, 0.2), rim(25, 25, pen=2.5), core(8)),
    "merging_minor-disturbance": moved(-4, 4, 0.72, glow(26, 26, 0.2), rim(25, 25), core(8))
    + stroke("M43 19Q52 17 56 9", 2.6),
    "merging_major-disturbance": moved(-2, 2, 0.6, glow(27, 22, 0.25), core(10, 8))
    + stroke("M16 44Q6 24 27 17Q44 12 58 22")
    + stroke("M45 22Q57 42 38 51Q24 56 12 53"),
    "merging_merger": moved(-11, 8, 0.58, glow(26, 26, 0.25), rim(24, 24, pen=4), core(9))
    + moved(13, -10, 0.48, glow(26, 26, 0.25), rim(24, 24, pen=4.6), core(9))
    + stroke("M30 30Q34 27 36 25", 2.6)
    + stroke("M8 54Q4 44 9 36", 2.4)
    + stroke("M57 10Q61 19 55 29", 2.4),
    # Rare features, also the odd features of Galaxy Zoo 2
    "rare-features_ring": glow(26, 19, 0.1) + rim(25, 18, pen=5) + core(6, 5),
    "rare-features_lens-or-arc": core(6)
    + glow(12, 12, 0.25)
    + stroke("M32 8A24 24 0 0 1 56 32", 4.5)
    + stroke("M20 52.8A24 24 0 0 1 9 38", 3.2),
    "rare-features_irregular": filled(
        "M20 15Q31 8 39 17Q54 15 53 28Q58 42 45 44Q40 57 28 49Q12 52 13 38Q6 24 20 15Z", 0.28
    )
    + core(4, 4, 26, 27)
    + core(3, 3, 41, 26)
    + core(3.5, 3.5, 35, 40),
    "rare-features_other": rim(24, 24, pen=2.5) + question_mark(0.8, 4),
    "rare-features_dust-lane": turned(
        -20,
        filled("M4 29Q10 10 32 10Q54 10 60 29Z", 0.5),
        filled("M4 35Q10 54 32 54Q54 54 60 35Z", 0.5),
        stroke("M6 32L58 32", 1.4, opacity=0.6),
    ),
    "rare-features_overlapping": glow(17, 17, 0.22, 23, 36)
    + rim(17, 17, 23, 36, 2.6)
    + turned(30, glow(17, 10, 0.35, 42, 20), rim(17, 10, 42, 20, 2.6)),
    "ring_yes": glow(26, 26, 0.1) + rim(23, 23, pen=5.5) + core(6.5),
    "ring_no": glow(26, 26, 0.2) + glow(17, 17, 0.25) + core(6.5),
    # Something odd, tidal debris (Galaxy Zoo 2, Hubble, CANDELS, DECaLS 1 and 2)
    "something-odd_yes": turned(-20, glow(26, 17, 0.2), core(7, 5))
    + stroke("M50 9V21M50 28V28.5", 4.5),
    "something-odd_no": turned(-20, glow(26, 17, 0.2) + rim(26, 17, pen=2.5) + core(7, 5)),
    "merging_tidal-debris": moved(-5, 5, 0.62, glow(26, 26, 0.25), core(10))
    + stroke("M35 22Q44 6 58 12")
    + stroke("M18 49Q10 60 26 58", 2.4),
    "merging_both": moved(-12, 6, 0.5, glow(26, 26, 0.25), rim(24, 24, pen=4.6), core(9))
    + moved(6, -6, 0.44, glow(26, 26, 0.25), rim(24, 24, pen=5), core(9))
    + stroke("M46 16Q54 4 60 14")
    + stroke("M14 52Q22 62 34 55", 2.4),
    # Clumps (Hubble, CANDELS)
    "clumpy-appearance_yes": clumps((22, 24), (40, 20), (34, 36), (22, 43), (46, 40)),
    "clumpy-appearance_no": smooth_body(26, 20),
    "clump-count_1": clumps((32, 32)),
    "clump-count_2": clumps((23, 35), (41, 29)),
    "clump-count_3": clumps((32, 20), (21, 40), (43, 40)),
    "clump-count_4": clumps((23, 23), (41, 23), (23, 41), (41, 41)),
    "clump-count_more-than-4": clumps((32, 17), (18, 28), (46, 28), (23, 45), (41, 45), (32, 32)),
    "clump-count_cant-tell": rim(23, 23, pen=2, dash="4 5") + question_mark(0.75, 5),
    "clump-configuration_straight-line": spots((12, 43), (25, 36), (39, 29), (52, 22)),
    "clump-configuration_chain": spots((10, 40), (22, 28), (35, 38), (46, 25), (56, 34)),
    "clump-configuration_cluster-or-irregular": spots(
        (24, 22), (39, 19), (30, 33), (45, 34), (20, 42), (37, 47)
    ),
    "clump-configuration_spiral": arms(2, 9, 25, 200, 2)
    + spots((32, 32), (43, 22), (54, 34), (21, 42), (10, 30)),
    "one-clump-brightest_yes": core(10, 10, 32, 26) + spots((14, 40), (50, 40), (32, 52)),
    "one-clump-brightest_no": spots((18, 24), (46, 24), (18, 44), (46, 44)),
    "brightest-clump-central_yes": glow(26, 26, 0.2) + core(9) + spots((14, 26), (48, 46)),
    "brightest-clump-central_no": glow(26, 26, 0.2)
    + core(9, 9, 44, 22)
    + spots((26, 34), (32, 50)),
    "galaxy-symmetrical_yes": glow(26, 16, 0.25)
    + spots((18, 32), (46, 32))
    + stroke("M32 8V56", 2, opacity=0.7),
    "galaxy-symmetrical_no": filled("M10 36Q14 18 34 22Q58 26 54 36Q46 46 30 42Q12 48 10 36Z", 0.28)
    + spots((20, 36))
    + stroke("M32 8V56", 2, opacity=0.7),
    "clumps-embedded-larger-object_yes": clumps((24, 28), (40, 26), (33, 40))
    + rim(27, 21, pen=2.5),
    "clumps-embedded-larger-object_no": spots((22, 26), (42, 24), (33, 42)),
    "answer": rim(20, 20, pen=2.5) + core(6),
}

GLASS = rim(17, 17, 27, 27) + line(40, 40, 55, 55, 4)

SIGNS: dict[str, str] = {
    "label": stroke("M10 18V10H18M46 10H54V18M54 46V54H46M18 54H10V46", 4)
    + turned(-25, glow(17, 11, 0.3), core(7, 5)),
    "train": stroke("M8 10V54H56", 4) + stroke("M16 18Q22 44 56 46", 4),
    "evaluate": stroke("M8 10V54H56", 4)
    + stroke("M18 44V54M30 34V54M42 22V54", 6)
    + stroke("M16 30L26 22L34 26L54 8", 3.5),
    "explore": stroke("M9 9H27V27H9ZM37 9H55V27H37ZM9 37H27V55H9Z", 4)
    + moved(14, 14, 0.5, turned(-25, glow(20, 12, 0.3), core(9, 6))),
    "sure": rim(23, 23, pen=4) + rim(11, 11, pen=4) + core(4),
    "unsure": question_mark(1.15, 5),
    "disagree": stroke("M12 24H50L40 14M52 40H14L24 50", 4.5),
    "alike": rim(15, 15, x=23, y=25, pen=4)
    + rim(15, 15, x=41, y=39, pen=4)
    + core(3.5, x=23, y=25)
    + core(3.5, x=41, y=39),
    "ask": stroke("M8 10H56V44H32L20 56V44H8Z", 4.5) + moved(0, -5, 0.62, question_mark(1.15, 6)),
    "cut": stroke("M8 52H56", 4)
    + stroke("M14 52V40M24 52V28", 4.5, opacity=0.5)
    + stroke("M40 52V18M50 52V34", 5)
    + stroke("M32 10V56", 3),
    "queue": stroke("M30 16H56M30 32H56M30 48H56", 4.5) + stroke("M15 50V15M6 25L15 15L24 25", 4.5),
    "export": stroke("M32 8V38M20 27L32 39L44 27", 4.5) + stroke("M10 40V55H54V40", 4.5),
    "copy": stroke("M22 22H54V54H22Z", 4.5) + stroke("M14 42H10V10H42V14", 4.5),
    "place": rim(20, 20, pen=4) + stroke("M32 5V20M32 44V59M5 32H20M44 32H59", 4),
    "link": stroke("M28 14H12V52H50V36", 4.5) + stroke("M36 10H54V28M54 10L30 34", 4.5),
    "back": stroke("M28 12L9 32L28 52M10 32H55", 4.5),
    "forward": stroke("M36 12L55 32L36 52M54 32H9", 4.5),
    "guide": stroke("M32 15Q20 7 7 11V51Q20 47 32 55Q44 47 57 51V11Q44 7 32 15V54", 4.5),
    "select": stroke("M9 9H55V55H9Z", 4) + stroke("M19 33L28 42L46 22", 5),
    "undo": stroke("M22 12L9 25L22 38", 4.5) + stroke("M10 25H38Q54 25 54 40Q54 53 40 53H26", 4.5),
    "restart": stroke("M14 22A22 22 0 1 1 10 36", 4.5) + stroke("M12 8V23H27", 4.5),
    "skip": stroke("M12 14L32 32L12 50ZM34 14L52 32L34 50Z", 4, "none") + line(56, 14, 56, 50, 4),
    "flag": stroke("M16 57V9Q28 3 36 10Q44 16 54 10V36Q44 42 36 36Q28 30 16 36", 4.5),
    "flagged": stroke("M16 57V9", 4.5)
    + stroke("M16 9Q28 3 36 10Q44 16 54 10V36Q44 42 36 36Q28 30 16 36Z", 4.5, "currentColor"),
    "note": stroke("M12 52L16 38L42 12L52 22L26 48Z", 4.5) + line(36, 18, 46, 28, 4),
    "help": rim(25, 25, pen=4) + question_mark(0.82, 5),
    "fit": stroke("M10 22V10H22M42 10H54V22M54 42V54H42M22 54H10V42", 4.5),
    "zoom-in": GLASS + stroke("M19 27H35M27 19V35", 4),
    "zoom-out": GLASS + stroke("M19 27H35", 4),
    "invert": rim(23, 23, pen=4) + filled("M32 9A23 23 0 0 1 32 55Z"),
    "theme": stroke("M52 38A22 22 0 1 1 28 11A18 18 0 0 0 52 38Z", 4.5),
    "open": stroke("M8 52V14H24L30 21H52V28", 4.5) + stroke("M8 52L18 29H58L50 52Z", 4.5),
    "images": stroke("M8 18H46V56H8Z", 4.5)
    + stroke("M18 8H56V46", 4.5, opacity=0.5)
    + glow(13, 9, 0.4, 27, 37)
    + core(5, 4, 27, 37),
    "project": stroke("M8 20L32 8L56 20V46L32 57L8 46Z", 4.5)
    + stroke("M8 20L32 32L56 20M32 32V57", 4),
    "merge": stroke("M14 8V18C14 30 32 28 32 42V56M50 8V18C50 30 32 28 32 42", 4.5)
    + stroke("M22 46L32 57L42 46", 4.5),
    "table": stroke("M8 12H56V52H8Z", 4.5) + stroke("M8 25H56M8 38H56M26 12V52", 4),
    "download": stroke("M32 8V38M20 27L32 39L44 27", 4.5) + stroke("M10 54H54", 4.5),
    "choose": stroke("M12 22L32 42L52 22", 6),
    "add": stroke("M32 12V52M12 32H52", 5),
    "close": stroke("M16 16L48 48M48 16L16 48", 5),
    "done": stroke("M11 34L25 48L53 17", 6),
    "keys": stroke("M7 17H57V47H7Z", 4)
    + stroke("M16 27H18M26 27H28M36 27H38M46 27H48M22 37H42", 4.5),
    "sky": star(17, 18, 12) + star(50, 50, 9) + turned(-30, glow(20, 9, 0.4), core(7, 4)),
    "warning": stroke("M32 9L58 54H6Z", 4.5) + line(32, 26, 32, 38, 5) + core(3, 3, 32, 46),
}

APP = svg(
    '<defs><radialGradient id="sky" cx="0.5" cy="0.45" r="0.75">'
    '<stop offset="0" stop-color="#26344d"/><stop offset="1" stop-color="#0b0f16"/>'
    "</radialGradient></defs>",
    '<rect x="2" y="2" width="60" height="60" rx="14" fill="url(#sky)"/>',
    f'<g color="#f0b455">{turned(-20, arms(2, 7, 24, 215, 4.2), core(6.5))}</g>'.replace(
        "currentColor", "#f0b455"
    ),
    '<circle cx="49" cy="14" r="1.6" fill="#ffffff"/><circle cx="13" cy="45" r="1.2" '
    'fill="#ffffff"/><circle cx="46" cy="53" r="1" fill="#ffffff"/>',
)


def main() -> None:
    ICONS.mkdir(parents=True, exist_ok=True)
    for name, drawing in (ANSWERS | SIGNS).items():
        (ICONS / f"{name}.svg").write_text(svg(drawing), encoding="utf-8")
    (ICONS / "gzactive.svg").write_text(APP, encoding="utf-8")
    print(f"{len(ANSWERS) + len(SIGNS) + 1} icons in {ICONS}")


if __name__ == "__main__":
    main()
