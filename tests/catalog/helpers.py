"""A small catalogue, the files it is made of, and what an error has to look like."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
from astropy.table import Table
from PIL import Image

IDS = ["587722952767439450", "587722952767439451", "00123", "1237648702966988820"]


def catalogue() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id_str": IDS,
            "file_loc": [f"images/{name}.jpg" for name in IDS],
            "ra": [10.5, 11.25, np.nan, 13.0],
            "n_votes": [1, 2, 3, 4],
        }
    )


def pictures(folder: Path, names: list[str]) -> None:
    buffer = io.BytesIO()
    Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8)).save(buffer, "PNG")
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(buffer.getvalue())


def sentence(caught) -> str:
    text = str(caught.value)
    assert "\n" not in text
    assert text.endswith((".", "?"))
    return text


def write(frame: pd.DataFrame, path: Path) -> Path:
    """The frame as any kind of table."""
    suffix = "".join(path.suffixes)
    if suffix in (".csv", ".csv.gz"):
        frame.to_csv(path, index=False)
    elif suffix == ".parquet":
        frame.to_parquet(path, index=False)
    elif suffix == ".feather":
        frame.to_feather(path)
    else:
        kind = {".fits": "fits", ".xml": "votable", ".vot": "votable", ".ecsv": "ascii.ecsv"}
        table = Table({name: frame[name].to_numpy(dtype=str) for name in ("id_str", "file_loc")})
        for name in frame.columns[2:]:
            table[name] = frame[name].to_numpy()
        table.write(path, format=kind[suffix])
    return path
