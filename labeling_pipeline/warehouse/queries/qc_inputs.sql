-- Purpose: labels with what the gate's rules look at: what the crowd says, and what it comes to with the other sources.
-- Grain: one row per comment with a consensus label.
-- Parameters: none.
with voters as (
    select comment_id, list_sort(list(distinct annotator_id) filter (where annotator_id is not null)) as labeled_by
    from crowd_votes where is_current group by comment_id
),
context_asked as (
    select comment_id, bool_or(answer = 'yes') as needs_context
    from consensus_answers where question = 'requires_context' group by comment_id
)
select l.* replace (
           coalesce(f.label, l.label) as label, coalesce(f.confidence, l.confidence) as confidence,
           coalesce(f.probabilities, l.probabilities) as probabilities,
           coalesce(f.confidence_is, l.confidence_is) as confidence_is,
           greatest(f.evidence_at, l.evidence_at) as evidence_at),
       l.label as crowd_label, v.labeled_by, coalesce(c.needs_context, false) as needs_context, r.slices,
       'round-' || l.labeling_round as batch_id, coalesce(f.source, 'crowd') as source
from consensus_labels l
join raw_comments r using (comment_id)
left join fused_labels f using (comment_id)
left join voters v using (comment_id)
left join context_asked c using (comment_id)
order by l.comment_id
