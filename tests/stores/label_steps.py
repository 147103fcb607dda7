"""Short ways to say who did what to which galaxy."""

from gzactive.stores.labels import LabelLog, NewEvent
from gzactive.trees import DecisionTree


def say(
    tree: DecisionTree, kind: str, id_str: str, given: str = "", labeller: str = "anna", **more
) -> NewEvent:
    """An event; ``given`` is "question answer" for an answer."""
    question, _, answer = given.partition(" ")
    if kind == "answer":
        more |= {"question": question, "answer": answer}
    return NewEvent(
        kind=kind, labeller=labeller, id_str=id_str, tree_id=tree.id, tree_hash=tree.hash, **more
    )


def classify(
    log: LabelLog, tree: DecisionTree, id_str: str, *answers: str, labeller: str = "anna", **more
) -> None:
    """Answer questions of a galaxy and finish it."""
    for given in answers:
        log.append(say(tree, "answer", id_str, given, labeller, **more))
    log.append(say(tree, "finish", id_str, labeller=labeller, **more))
