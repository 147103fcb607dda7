"""What leaves a project for others: tables, classifications, labels, predictions, all of it.

One module a format; :data:`FORMATS` lists them and :func:`export` writes one. Files appear when
they are complete and never replace others unasked. Import all that concerns them here.
"""

from gzactive.survey.exporters.formats import FORMATS, ExportFormat, export, format_named
from gzactive.survey.exporters.galaxies import VOTES
from gzactive.survey.exporters.options import RETIREMENT, Exported, Options

__all__ = [
    "FORMATS",
    "RETIREMENT",
    "VOTES",
    "ExportFormat",
    "Exported",
    "Options",
    "export",
    "format_named",
]
