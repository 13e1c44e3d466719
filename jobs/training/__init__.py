"""Training of the nets, one file a model, and the table of all trainers."""

from jobs.evaluation import corners as judge_corners
from jobs.evaluation import designs as judge_designs
from jobs.evaluation import generated, physical, tampering
from jobs.evaluation import mrz as judge_mrz
from jobs.evaluation import portraits as judge_portraits
from jobs.evaluation.measures import EvaluationSettings, Measure
from jobs.training import corners, design, forensic, mrz, portrait
from jobs.training.loop import TrainingSettings
from jobs.training.trainer import Trained, Trainer

__all__ = ["TRAINERS", "Trained", "Trainer", "TrainingSettings"]

DRAWN = "{pool} designs drawn from the layout grammar, none of them in the catalogue"
SPECIMENS_ONLY = "Trained and judged on drawn specimens of fictional issuers; no figure here is one for real documents."


def _judge_pixels(settings: EvaluationSettings) -> list[Measure]:
    """All that the forensic trunk is asked, each with as many pairs as samples."""
    return [figure for question in (tampering, physical, generated) for figure in question.evaluate(settings)]


TRAINERS: dict[str, Trainer] = {
    "corners": Trainer(
        "corners",
        corners.train,
        corners.ARCHITECTURE,
        judge=judge_corners.evaluate,
        samples=200,
        material=f"cards of {DRAWN}, laid into drawn scenes",
        limits=(
            SPECIMENS_ONLY,
            "One document an image; of two, the one whose corners show best is taken.",
            "Its training scenes were improved after looking at misses on held-out designs drawn with another seed.",
        ),
    ),
    "design": Trainer(
        "design",
        design.train,
        design.ARCHITECTURE,
        judge=judge_designs.evaluate,
        samples=180,
        material=f"cards of {DRAWN}, and hue-turned, mirrored and exchanged kinds of them",
        limits=(SPECIMENS_ONLY, "It groups documents by look; it does not name an issuer."),
    ),
    "portrait": Trainer(
        "portrait",
        portrait.train,
        portrait.ARCHITECTURE,
        judge=judge_portraits.evaluate,
        samples=judge_portraits.PICTURES,
        material="2 photographs of each of 900 drawn faces and 100 drawn scenes; those of 500 on two cards each of "
        f"{DRAWN}, photographed and sent",
        limits=(
            SPECIMENS_ONLY,
            "It knows copies of one photograph; it says nothing about who is shown.",
            "Portraits are drawn: transfer to photographs is what `--portraits FOLDER` measures, and not on this card.",
        ),
    ),
    "forensic": Trainer(
        "forensic",
        forensic.train,
        forensic.ARCHITECTURE,
        judge=_judge_pixels,
        samples=60,
        material=f"8 forgeries with their twins for each of {DRAWN}; places of genuine files as decoders give them "
        "back; genuine tiles with places of another history laid over themselves",
        limits=(
            SPECIMENS_ONLY,
            "Edits by current image generators and single-image morphs are not claimed to be found.",
            "A head whose AUC interval holds 0.5 knows nothing yet: abstain from it, whatever its logit says.",
            "The logits are raw: they are no probabilities before they are calibrated on one's own documents.",
        ),
    ),
    "mrz": Trainer(
        "mrz",
        mrz.train,
        mrz.ARCHITECTURE,
        judge=judge_mrz.evaluate,
        samples=220,
        material="drawn rows of every MRZ format and of random characters, on blanks of drawn designs, as captured",
        limits=(
            SPECIMENS_ONLY,
            "Its OCR-B is drawn by strokes, a fifth of its rows are set in other faces: real OCR-B is not measured.",
            "Handwriting, other alphabets and rows that are not monospaced are not read.",
        ),
    ),
}
