"""Projects on a sky of known truth, as the tests of active learning make them."""

from tests.active.conftest import decals_sky, make_project, ring_sky

__all__ = ["decals_sky", "make_project", "ring_sky"]
