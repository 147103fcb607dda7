"""Whether a round would learn anything that the last one has not."""

from gzactive.active.round_files import Round, rounds
from gzactive.active.round_labels import RoundLabels
from gzactive.inference import labelled_views, read_serving
from gzactive.project import Project

__all__ = ["made_of_the_same"]


def made_of_the_same(project: Project) -> Round | None:
    """The last round, if an ordinary one made now would be fitted to the same; else None.

    A round that chose galaxies, balanced answers, trained blocks or drew its samples otherwise is
    never the same as an ordinary one.

    Raises
    ------
    GzactiveError
        If there are too few labels for a round, or no features for them.
    """
    made = rounds(project)
    if not made:
        return None
    last, manifest = made[-1], made[-1].manifest
    special = any((manifest.get("chosen") or {}).values()) or manifest.get("blocks")
    backbone = read_serving(project).backbone
    posterior = (manifest["fit"].get("posterior") or {}).get("kind")
    if special or last.backbone != backbone or posterior != project.settings.posterior:
        return None
    labels = RoundLabels.read(project, backbone=backbone)
    _, galaxy = labelled_views(project, labels.training.id_str, backbone=backbone)
    same_views = manifest["counts"].get("training_views") == len(labels.training) + len(galaxy)
    return last if same_views and labels.data_hash == manifest["data_hash"] else None
