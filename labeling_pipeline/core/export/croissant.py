"""croissant.json: the export described in MLCommons Croissant (https://docs.mlcommons.org/croissant/).

Belongs here: JSON-LD about files and columns. Does not: any row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from labeling_pipeline.core.export.manifest import ExportMeta

CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
MEANING = {
    "comment_id": "Id of the comment",
    "text": "The comment; may be offensive",
    "label": "The class believed",
    "confidence": "Probability of the label",
    "weight": "What the row should count for in training",
    "schema_version": "Version of classes, questions and guideline",
    "source": "Where the label comes from",
    "n_votes": "Votes behind the label",
    "agreement": "Share of agreeing pairs of votes",
    "gold_correct": "Whether experts' gold has the same label; null if not in gold",
    "labeled_by": "Ids of the annotators behind the label",
    "labeled_at": "Time of the newest evidence behind the label",
    "qc_reasons": "Why it passed quality control",
    "question": "The question answered",
    "annotator_id": "Id of the annotator",
    "answer": "The answer given",
    "stated_confidence": "How certain the annotator said to be",
    "answered_at": "When the answer was given",
    "labeling_round": "Round in which the question was asked",
    "guideline_hash": "sha256 of the guideline shown",
}


def croissant(meta: ExportMeta, files: Mapping[str, Any], labels: pa.Schema, votes: pa.Schema) -> dict[str, Any]:
    """JSON-LD of Croissant 1.1 with the Responsible AI terms we can vouch for; needs the data files' sha256."""
    facts: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": meta.title,
        "description": meta.description or "Comments with class probabilities and the votes behind them.",
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        "version": meta.version,
        "citeAs": f"{meta.title}, version {meta.version}",
        "isLiveDataset": False,
        "distribution": [_file(name, facts) for name, facts in files.items()],
        "recordSet": [_records("labels", labels), _records("votes", votes)],
        "rai:dataAnnotationProtocol": f"Guideline of schema {meta.schema_version}, sha256 {meta.guideline_hash}",
        "rai:annotatorDemographics": "Not published; annotators are known by their id alone.",
        "rai:dataLimitations": "Annotators may share blind spots; agreement between them is not accuracy.",
    }
    if meta.license:
        facts["license"] = meta.license
    if meta.labeled_until:
        facts["datePublished"] = meta.labeled_until
    if meta.languages:
        facts["inLanguage"] = list(meta.languages)
    return facts


def _file(name: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{facts['bytes']} B",
        "encodingFormat": "application/x-parquet",
        "sha256": facts["sha256"],
    }


def _records(name: str, schema: pa.Schema) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        **({"key": {"@id": f"{name}/comment_id"}} if name == "labels" else {}),
        "field": [_field(name, field) for field in schema],
    }


def _field(records: str, field: pa.Field) -> dict[str, Any]:
    is_list = pa.types.is_list(field.type)
    return {
        "@type": "cr:Field",
        "@id": f"{records}/{field.name}",
        "name": field.name,
        "description": _meaning(field.name),
        "dataType": _data_type(field.type.value_type if is_list else field.type),
        **({"repeated": True} if is_list else {}),
        "source": {"fileObject": {"@id": f"{records}.parquet"}, "extract": {"column": field.name}},
    }


def _meaning(column: str) -> str:
    if column.startswith("p_"):
        return f"Probability of class {column[2:]}"
    if column.startswith("v_"):
        return f"Share of the votes for class {column[2:]}"
    return MEANING[column]


def _data_type(kind: pa.DataType) -> str:
    if pa.types.is_floating(kind):
        return "sc:Float"
    if pa.types.is_integer(kind):
        return "sc:Integer"
    if pa.types.is_boolean(kind):
        return "sc:Boolean"
    return "sc:DateTime" if pa.types.is_timestamp(kind) else "sc:Text"
