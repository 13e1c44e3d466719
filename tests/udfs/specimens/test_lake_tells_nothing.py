"""A learner that sees manifest and file metadata, and nothing of the picture, stays at chance."""

import io

import numpy as np
import pytest
from PIL import Image
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from udfs.specimens.capture import capture
from udfs.specimens.lake import LakePlan, plan_lake
from udfs.specimens.population import POPULAR
from udfs.specimens.world import Document

LEARNERS = {
    "linear": lambda: make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000)),
    "boosted": lambda: GradientBoostingClassifier(n_estimators=60, max_depth=3, random_state=0),
}
# Three standard deviations of the AUC of two samples from one distribution (Mann and Whitney). Only above .5 is a leak:
# where there is nothing to learn, scores pooled over folds fall a little under it.
SIGMAS = 3.0


def popular(plan: LakePlan) -> list[tuple[int, Document]]:
    """Documents of one design: which design is forged is the forger's taste, and no secret."""
    return [(row, doc) for row, doc in enumerate(plan.documents) if doc.design_id == POPULAR.design_id]


def manifest_features(plan: LakePlan) -> tuple[np.ndarray, np.ndarray]:
    opened = {account.account_id: account.opened_at for account in plan.accounts}
    rows, truth = [], []
    for row, doc in popular(plan):
        late = doc.submitted_at.timestamp()
        rows.append(
            [
                row,
                *(int(text[1:7], 16) for text in (doc.doc_id, doc.account_id, doc.submission_id)),
                int(doc.name[:6], 16),
                doc.packed,
                doc.night,
                late,
                late % 86_400,
                doc.submitted_at.weekday(),
                late - opened[doc.account_id].timestamp(),
                opened[doc.account_id].timestamp(),
                doc.decided_at.timestamp() - late,
                *(doc.channel == each for each in ("web", "ios", "branch")),
                *(doc.decision == each for each in ("accepted", "review")),
                *(doc.vendor == each for each in ("veridox", "idsure")),
            ]
        )
        truth.append(doc.forgery is not None)
    return np.array(rows, float), np.array(truth)


def settings_features(plan: LakePlan) -> np.ndarray:
    """What codec and camera draws will make of each file, without making it."""
    return np.array(
        [
            [
                doc.codec.quality,
                doc.codec.format == "jpeg",
                doc.codec.format == "png",
                doc.codec.subsampling == "4:2:0",
                doc.codec.orientation,
                doc.codec.make is not None,
                doc.codec.hop is not None,
                doc.camera.geometry.card_width_px,
                doc.camera.geometry.frame[0],
                doc.camera.mode == "scan",
                doc.camera.mode == "photo",
                doc.camera.light.level,
                doc.camera.defocus,
                doc.camera.device.gamma,
                doc.camera.device.sharpen,
            ]
            for _, doc in popular(plan)
        ],
        float,
    )


def bound(truth: np.ndarray) -> float:
    forged, genuine = int(truth.sum()), int((~truth).sum())
    return SIGMAS * float(np.sqrt((forged + genuine + 1) / (12 * forged * genuine)))


def learned_auc(name: str, features: np.ndarray, truth: np.ndarray) -> float:
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    scores = cross_val_predict(LEARNERS[name](), features, truth, cv=folds, method="predict_proba")[:, 1]
    return float(roc_auc_score(truth, scores))


@pytest.fixture(scope="module")
def plan() -> LakePlan:
    return plan_lake(1500, 2)


@pytest.mark.parametrize("name", sorted(LEARNERS))
def test_the_manifest_tells_nothing(plan: LakePlan, name: str) -> None:
    features, truth = manifest_features(plan)
    assert 60 < truth.sum() < len(truth) / 2
    assert learned_auc(name, features, truth) < 0.5 + bound(truth)


@pytest.mark.parametrize("name", sorted(LEARNERS))
def test_camera_and_codec_draws_tell_nothing(plan: LakePlan, name: str) -> None:
    _, truth = manifest_features(plan)
    assert learned_auc(name, settings_features(plan), truth) < 0.5 + bound(truth)


def test_the_learner_can_see_what_is_there(plan: LakePlan) -> None:
    features, truth = manifest_features(plan)
    leaky = np.column_stack([features, truth + np.random.default_rng(0).normal(0, 1, len(truth))])
    assert learned_auc("linear", leaky, truth) > 0.5 + bound(truth)


@pytest.mark.slow
def test_file_metadata_tells_nothing() -> None:
    rows, truth = [], []
    for _, doc in popular(plan_lake(240, 4)):
        data = capture(doc).data
        picture = Image.open(io.BytesIO(data))
        tables = getattr(picture, "quantization", {}) or {}
        rows.append(
            [
                len(data),
                *picture.size,
                len(data) / (picture.size[0] * picture.size[1]),
                sum(tables.get(0, [0])),
                sum(tables.get(1, [0])),
                len(picture.getexif()),
            ]
        )
        truth.append(doc.forgery is not None)
    features, labels = np.array(rows, float), np.array(truth)
    assert learned_auc("linear", features, labels) < 0.5 + bound(labels)
