"""Which pictures train the upscalers, which judge them, and where each one comes from.

Paths are below `--pictures`, a folder laid out as README.md says. ATTRIBUTION.md has authors
and licences. A picture is in one of the tables only: nothing that judges was trained on.
"""

from pathlib import Path

SKIMAGE = "skimage/data/"
LOMIRI = "lomiri-wallpapers-16.04/usr/share/backgrounds/"

TRAINING = (
    *(
        SKIMAGE + name
        for name in (
            "chelsea.png", "rocket.jpg", "hubble_deep_field.jpg", "retina.jpg", "ihc.png",
            "grass.png", "gravel.png", "brick.png", "camera.png", "coins.png", "cell.png",
            "clock_motion.png", "text.png", "logo.png",
        )
    ),
    "sklearn/datasets/images/flower.jpg",
    *(
        LOMIRI + name
        for name in (
            "aitzgorri_by_Aitzol_Berasategi.jpg", "life_by_Aitzol_Berasategi.jpg",
            "picosdeeuropa_by_Aitzol_Berasategi.jpg", "sunset_by_Aitzol_Berasategi.jpg",
            "Picture_0B_by_freespace.jpg", "Picture_1A_by_freespace.jpg",
            "seeding_by_Clements_Engelhardt.jpg",
        )
    ),
)  # fmt: skip

HELD_OUT = {
    "astronaut": SKIMAGE + "astronaut.png",
    "coffee": SKIMAGE + "coffee.png",
    "china": "sklearn/datasets/images/china.jpg",
    "friends": LOMIRI + "friends_by_Aitzol_Berasategi.jpg",
    "wine": LOMIRI + "Wine_by_Jakkub_Mede.jpg",
}

OPENCV = "opencv-doc/usr/share/doc/opencv-doc/examples/"

EVALUATION_ONLY = {
    "raccoon": "scipy/misc/face.dat",
    "baboon": OPENCV + "data/baboon.jpg",
    "fruits": OPENCV + "data/fruits.jpg",
    "building": OPENCV + "data/building.jpg",
    "butterfly": OPENCV + "dnn_superres/butterfly.png",
    "graf": OPENCV + "data/graf1.png",
    "rubberwhale": OPENCV + "data/rubberwhale1.png",
}
"""Without a licence of their own: they widen the evaluation, never train, and ship nowhere."""


def paths(root: Path, names: tuple[str, ...]) -> list[Path]:
    """The files of `names`, or SystemExit with the ones that are missing."""
    found = [root / name for name in names]
    if missing := [str(path) for path in found if not path.is_file()]:
        raise SystemExit("pictures are missing (see README.md):\n  " + "\n  ".join(missing))
    return found
