"""Addresses of a place in the sky."""

from urllib.parse import parse_qs, urlsplit

import pandas as pd

from gzactive.app.explore.places import Places
from gzactive.app.explore.sky_links import legacy_viewer, simbad


def test_addresses_name_the_place_in_degrees() -> None:
    query = parse_qs(urlsplit(simbad(184.5, -0.25)).query)
    assert query["Coord"] == ["184.500000d -0.250000d"]
    assert query["CooFrame"] == ["ICRS"]
    legacy = parse_qs(urlsplit(legacy_viewer(184.5, -0.25)).query)
    assert (legacy["ra"], legacy["dec"]) == (["184.500000"], ["-0.250000"])


def catalog(**columns: object) -> pd.DataFrame:
    return pd.DataFrame(
        {"id_str": ["a", "b"], "file_loc": ["x", "y"], "reserved": False, **columns}
    )


def test_coordinates_are_found_under_the_names_that_surveys_use() -> None:
    assert Places(catalog(RA=[1.0, 2.0], DEC=[3.0, None])).sky(0) == (1.0, 3.0)
    assert Places(catalog(RA=[1.0, 2.0], DEC=[3.0, None])).sky(1) is None
    assert Places(catalog(RAJ2000=["01:00:00", None], DEJ2000=[3.0, 4.0])).sky(0) == (15.0, 3.0)
    assert not Places(catalog(ra=[1.0, 2.0])).known
    assert Places(catalog()).sky(0) is None


def test_rows_are_found_whether_the_order_is_the_same_or_not() -> None:
    places = Places(catalog())
    assert places.rows_of(places.id_str).tolist() == [0, 1]
    assert places.rows_of(pd.Series(["b", "z", "a"]).to_numpy(dtype=object)).tolist() == [1, -1, 0]
