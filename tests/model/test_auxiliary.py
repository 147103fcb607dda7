import numpy as np
import pytest

from gzactive.errors import GzactiveError
from gzactive.model.auxiliary import Auxiliary, auxiliary_loss

VALUES = np.array([[0.25, np.nan], [1.0, 0.75]], np.float32)


def test_a_handed_attribute_turns_round_in_a_mirror_and_others_do_not() -> None:
    attributes = Auxiliary(("winding", "dust"), VALUES, frozenset({"winding"}))
    rows = np.array([0, 1])
    plain = attributes.targets(rows, np.array([False, False]))
    np.testing.assert_array_equal(plain, [[0.25, -1.0], [1.0, 0.75]])
    mirrored = attributes.targets(rows, np.array([True, False]))
    np.testing.assert_array_equal(mirrored, [[0.75, -1.0], [1.0, 0.75]])


def test_the_loss_is_the_cross_entropy_of_what_is_known() -> None:
    targets = np.array([[0.25, -1.0], [1.0, 0.75]], np.float32)
    logits = np.array([[0.3, 9.0], [-1.0, 2.0]], np.float32)
    chance = 1 / (1 + np.exp(-logits.astype(float)))
    entropy = -(targets * np.log(chance) + (1 - targets) * np.log1p(-chance))
    expected = [entropy[0, 0], entropy[1].sum()]
    np.testing.assert_allclose(np.asarray(auxiliary_loss(targets, logits)), expected, rtol=1e-5)


def test_values_outside_the_scale_and_wrong_shapes_are_refused() -> None:
    with pytest.raises(GzactiveError, match=r"between 0 and 1, not -1 and 0\.5"):
        Auxiliary(("dust",), np.array([[-1.0], [0.5]], np.float32))
    with pytest.raises(GzactiveError, match=r"shape \(n, 1\)"):
        Auxiliary(("dust",), VALUES)
    with pytest.raises(GzactiveError, match="'spin' is not among"):
        Auxiliary(("dust",), VALUES[:, :1], frozenset({"spin"}))
