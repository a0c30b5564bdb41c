"""Real sequences: time series, patients' records, movement, DNA."""

from typing import NamedTuple

import numpy as np

from helpers.data import files

TEN_YEARS_ON = np.datetime64("2010-01-01T00:00")  # minute 0 of the glucose record
MILLENNIUM = np.datetime64("2001-01-01")  # day 0 of the transit record
GENE, EXON, CODING = 1, 2, 4  # bits of a base's label


class Transit(NamedTuple):
    """Daily rides of Chicago's elevated trains, with weather and home games."""

    days: np.ndarray  # [5698] datetime64[D], without gaps
    values: np.ndarray  # [5698, 49] float32
    columns: np.ndarray  # [49] ridership (thousands), 20 stations 14 days before (thousands), weather (°F, …), games


class Glucose(NamedTuple):
    """One person's blood glucose, measured about every 5 minutes, with gaps."""

    minutes: np.ndarray  # [52281] datetime64[m]
    glucose: np.ndarray  # [52281] float32, mg/dL


class Patients(NamedTuple):
    """People with and without fatty liver disease: who they are, what was measured, what was diagnosed."""

    people: np.ndarray  # [17549, 9] float32, NaN where unknown
    columns: np.ndarray  # [9] id, age (years), male, weight (kg), height (cm), bmi, case_id, futime (days), status
    lab_id: np.ndarray  # [400123] whose value
    lab_day: np.ndarray  # [400123] days since that person entered the study
    lab_test: np.ndarray  # [400123] which test, 0 to 5
    lab_value: np.ndarray  # [400123] float32
    lab_names: np.ndarray  # [6]
    event_id: np.ndarray  # [34340] whose diagnosis
    event_day: np.ndarray  # [34340] days since that person entered the study
    event_code: np.ndarray  # [34340] which diagnosis, 0 to 9
    event_names: np.ndarray  # [10]


class Motion(NamedTuple):
    """Recorded movements of one humanoid skeleton."""

    clips: list[np.ndarray]  # of each movement [frames, 44] float32
    names: np.ndarray  # [15] such as cartwheel


class Dna(NamedTuple):
    """A chromosome and what each of its bases belongs to."""

    bases: np.ndarray  # [1348131] uint8: 0 to 3 are A, C, G, T; 4 is unknown
    gene: np.ndarray  # [1348131] bool
    exon: np.ndarray  # [1348131] bool
    coding: np.ndarray  # [1348131] bool


def transit() -> Transit:
    """Chicago, 22 January 2001 to 28 August 2016, from R's modeldata."""
    stored = files.arrays("timeseries.npz")
    return Transit(MILLENNIUM + stored["chicago_day"], stored["chicago"], stored["chicago_cols"])


def glucose() -> Glucose:
    """52,281 values over 25 weeks, from Bokeh's sample data."""
    stored = files.arrays("timeseries.npz")
    return Glucose(TEN_YEARS_ON + stored["cgm_minute"], stored["cgm_glucose"].astype(np.float32))


def sea_temperature() -> np.ndarray:
    """Sea surface temperature at a buoy, about every half hour: [19226] float32, °C; from Bokeh's sample data."""
    return files.arrays("timeseries.npz")["sst_celsius"]


def patients() -> Patients:
    """17,549 people with 400,123 values of 6 tests and 34,340 diagnoses of 10 kinds: nafld of R's survival."""
    stored = files.arrays("ehr_nafld.npz")
    labs = (stored["lab_id"], stored["lab_day"], stored["lab_test"].astype(np.int64), stored["lab_value"])
    events = (stored["ev_id"], stored["ev_day"], stored["ev_code"].astype(np.int64))
    return Patients(stored["person"], stored["person_cols"], *labs, stored["lab_names"], *events, stored["ev_names"])


def motion() -> Motion:
    """15 movements, 1,620 frames, of DeepMimic as PyBullet ships them.

    A frame [44]: its duration (s), position (m, 3) and rotation (quaternion, 4) of the root, then of each joint a
    quaternion (4) or, for knees and elbows, an angle (radians).
    """
    stored = files.arrays("mocap_clips.npz")
    return Motion(np.split(stored["frames"], stored["offsets"][1:-1]), stored["names"])


def dna() -> Dna:
    """Chromosome 4 of the fruit fly (RefSeq release 6) with genes, exons and coding sequence."""
    stored = files.arrays("dna_fly_chr4.npz")
    return Dna(stored["seq"], *((stored["label"] & bit) > 0 for bit in (GENE, EXON, CODING)))
