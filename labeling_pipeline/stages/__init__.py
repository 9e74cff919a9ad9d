"""The loop, stage by stage: what each asset is made from and by which function.

Belongs here: the order of the loop. Does not: a stage's work (its module), Dagster (``defs``).

The arrow from ``next_uncertainty_batch`` back to ``decomposed_tasks`` is not in ``after``: it goes through a sensor.
"""

from __future__ import annotations

from labeling_pipeline.stages.agreement import agreement_report
from labeling_pipeline.stages.annotation import crowd_votes, decomposed_tasks, round_is_wanted
from labeling_pipeline.stages.annotators import annotator_findings, group_divergences
from labeling_pipeline.stages.consensus import consensus_labels, drafts_version
from labeling_pipeline.stages.desk import adjudication_queue, double_share, irregularities
from labeling_pipeline.stages.drift import drift_report
from labeling_pipeline.stages.engine import Stage
from labeling_pipeline.stages.evaluation import model_evaluation
from labeling_pipeline.stages.export import versioned_export
from labeling_pipeline.stages.function_files import check_functions, functions_version
from labeling_pipeline.stages.fusion import fused_labels
from labeling_pipeline.stages.gold import gold_candidates, gold_set, holds_over, promotion_is_wanted
from labeling_pipeline.stages.handing_out import handing_out_is_wanted
from labeling_pipeline.stages.intake import (
    annotators,
    comments_from_elsewhere,
    production_feedback,
    production_predictions,
    raw_comments,
    verdicts,
)
from labeling_pipeline.stages.quality import annotator_reliability, qc_outcomes, qc_passed_labels
from labeling_pipeline.stages.review import accuracy_report, unanimous_review
from labeling_pipeline.stages.selection import next_uncertainty_batch
from labeling_pipeline.stages.slices import comment_slices
from labeling_pipeline.stages.standing import annotator_standing
from labeling_pipeline.stages.training import drift_asks, pre_labels, retrained_model
from labeling_pipeline.stages.vendor import vendor_batches
from labeling_pipeline.stages.weak_supervision import (
    functions_changed,
    labeling_function_report,
    lost_votes_are_wanted,
    weak_labels,
)

STAGES: dict[str, Stage] = {
    "raw_comments": Stage(
        raw_comments, "1_ingestion", tables=("raw_comments",), inbox="comments", reads=comments_from_elsewhere,
    ),
    "annotators": Stage(annotators, "1_ingestion", tables=("annotators",), inbox="annotators"),
    "gold_set": Stage(
        gold_set, "1_ingestion", ("raw_comments", "annotators"), ("gold_set",), "gold", settings=("gold",),
        is_wanted=promotion_is_wanted,
    ),
    "production_predictions": Stage(
        production_predictions, "7_production", ("raw_comments",), ("production_predictions",), "predictions",
        settings=("feedback",),
    ),
    "production_feedback": Stage(
        production_feedback, "7_production", ("raw_comments",), ("production_feedback",), "feedback"
    ),
    "decomposed_tasks": Stage(
        decomposed_tasks, "2_decomposition", ("raw_comments",), ("decomposed_tasks", "rounds"),
        settings=("labeling",), is_wanted=round_is_wanted, checks=check_functions,
    ),
    "weak_labels": Stage(
        weak_labels, "3_annotation", ("raw_comments", "gold_set", "production_predictions"),
        ("weak_labels", "weak_blind", "labeling_functions", "labeling_function_votes"),
        settings=("weak_supervision",), reads=functions_version, checks=check_functions,
        is_wanted=lost_votes_are_wanted,
    ),
    "crowd_votes": Stage(
        crowd_votes, "3_annotation", ("raw_comments", "decomposed_tasks"),
        ("vote_log", "vote_deliveries", "stray_rounds"), "votes", is_wanted=handing_out_is_wanted,
        checks=check_functions,
    ),
    "verdicts": Stage(
        verdicts, "3_annotation", ("raw_comments", "decomposed_tasks", "annotators"), ("verdicts", "expert_verdicts"),
        "verdicts",
    ),
    "vendor_batches": Stage(
        vendor_batches, "4_quality", ("crowd_votes", "gold_set"), ("vendor_batches",), settings=("vendor",),
    ),
    "comment_slices": Stage(
        comment_slices, "2_decomposition", ("raw_comments", "gold_set"), ("comment_slices", "slices", "comment_copies"),
        settings=("slices",),
    ),
    "annotator_standing": Stage(
        annotator_standing, "4_quality", ("crowd_votes", "gold_set"),
        ("annotator_pauses", "honeypot_health", "labels_to_recheck", "honeypot_accuracy", "honeypot_violations"),
        settings=("honeypots", "people"),
    ),
    "consensus_labels": Stage(
        consensus_labels, "4_quality", ("crowd_votes", "vendor_batches", "annotator_standing", "gold_set"),
        ("consensus_labels", "consensus_answers", "consensus_blind"), settings=("consensus",), reads=drafts_version,
    ),
    "fused_labels": Stage(
        fused_labels, "4_quality",
        ("consensus_labels", "weak_labels", "production_predictions", "production_feedback", "verdicts", "gold_set"),
        ("fused_labels", "fusion_evidence", "signal_rates", "signal_votes"), settings=("fusion", "consensus"),
        reads=double_share,
    ),
    "labeling_function_report": Stage(
        labeling_function_report, "3_annotation",
        ("weak_labels", "production_predictions", "production_feedback", "verdicts", "gold_set", "comment_slices"),
        ("labeling_function_report", "labeling_function_proposals"), settings=("weak_supervision",),
        every_days=lambda settings: 7, is_urgent=functions_changed,
    ),
    "annotator_reliability": Stage(
        annotator_reliability, "4_quality", ("consensus_labels", "verdicts", "gold_set"), ("annotator_reliability",),
        settings=("reliability",), every_days=lambda settings: 7,
    ),
    "agreement_report": Stage(
        agreement_report, "4_quality",
        ("crowd_votes", "raw_comments", "annotators", "decomposed_tasks", "annotator_standing", "comment_slices"),
        ("agreement_report",),
        settings=("reliability", "labeling"), every_days=lambda settings: settings.reliability.report_every_days,
    ),
    "annotator_findings": Stage(
        annotator_findings, "4_quality", ("crowd_votes", "raw_comments"), ("annotator_findings",),
        every_days=lambda settings: 7,
    ),
    "group_divergence": Stage(
        group_divergences, "4_quality", ("crowd_votes", "raw_comments", "annotators", "annotator_standing"),
        ("group_divergence", "group_labels"), settings=("reliability",), every_days=lambda settings: 7,
    ),
    "qc_outcomes": Stage(
        qc_outcomes, "4_quality", ("consensus_labels", "fused_labels", "verdicts", "comment_slices"), ("qc_outcomes",),
        settings=("quality",), reads=double_share,
    ),
    "qc_passed_labels": Stage(
        qc_passed_labels, "4_quality", ("consensus_labels", "qc_outcomes"), ("qc_passed_labels",)
    ),
    "unanimous_review": Stage(
        unanimous_review, "4_quality", ("consensus_labels", "verdicts", "comment_slices"), ("unanimous_review",),
        settings=("review",),
    ),
    "gold_candidates": Stage(
        gold_candidates, "4_quality",
        ("consensus_labels", "verdicts", "unanimous_review", "gold_set", "qc_outcomes", "comment_slices"),
        ("gold_candidates",), settings=("gold",),
    ),
    "adjudication_queue": Stage(
        adjudication_queue, "4_quality",
        ("qc_outcomes", "decomposed_tasks", "annotators", "verdicts", "unanimous_review", "gold_candidates"),
        ("adjudication_queue",), settings=("adjudication", "people", "gold"), reads=holds_over,
    ),
    "accuracy_report": Stage(
        accuracy_report, "4_quality",
        ("consensus_labels", "verdicts", "unanimous_review", "annotator_reliability", "comment_slices", "gold_set"),
        ("accuracy_report", "text_rules", "expert_agreement", "guideline_gaps"), settings=("review", "quality"),
        reads=double_share,
    ),
    "irregularities": Stage(
        irregularities, "4_quality",
        ("crowd_votes", "annotators", "verdicts", "annotator_standing", "consensus_labels", "gold_set",
         "vendor_batches", "qc_outcomes"),
        ("irregularities",),
    ),
    "versioned_export": Stage(
        versioned_export, "5_export",
        ("qc_passed_labels", "gold_set", "comment_slices", "unanimous_review", "gold_candidates"),
        ("versioned_export",), settings=("gold",), reads=holds_over,
    ),
    "retrained_model": Stage(
        retrained_model, "6_model", ("versioned_export",), ("retrained_model",), settings=("training",),
        every_days=lambda settings: settings.training.every_days, is_urgent=drift_asks,
    ),
    "model_evaluation": Stage(
        model_evaluation, "6_model", ("retrained_model", "gold_set"), ("model_evaluation", "retrained_model"),
    ),
    "pre_labels": Stage(
        pre_labels, "6_model", ("model_evaluation", "raw_comments", "qc_passed_labels"), ("pre_labels",),
    ),
    "drift_report": Stage(
        drift_report, "7_production", ("crowd_votes", "production_predictions", "raw_comments"), ("drift_report",),
        settings=("drift",), every_days=lambda settings: 1,
    ),
    "next_uncertainty_batch": Stage(
        next_uncertainty_batch, "6_model",
        ("retrained_model", "pre_labels", "production_predictions", "production_feedback", "decomposed_tasks",
         "adjudication_queue", "drift_report", "comment_slices", "gold_set"),
        ("next_uncertainty_batch",), settings=("selection", "feedback", "drift"),
    ),
}  # fmt: skip
