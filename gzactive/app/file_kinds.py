"""Endings of the files that dialogs offer to choose, the same wherever tables can be chosen."""

__all__ = ["TABLES", "TABLE_FILES"]

#: Endings of tables that can be read, as Qt's dialogs take them.
TABLES = (
    "*.csv *.tsv *.txt *.dat *.gz *.parquet *.pq *.feather *.arrow *.fits *.fit *.ecsv *.vot "
    "*.votable *.xml"
)
#: Tables, or anything else that somebody knows to be one.
TABLE_FILES = f"Tables ({TABLES});;All files (*)"
