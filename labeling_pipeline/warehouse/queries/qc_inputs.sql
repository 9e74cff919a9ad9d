-- Purpose: labels with what the gate's rules look at: what the crowd says, and what it comes to with the other sources.
-- A comment that only paused annotators voted on has no label that counts, and is told so.
-- Grain: one row per comment with a consensus label, or with nothing but votes set aside.
-- Parameters: $questions (list of question ids that decide labels).
with deciding as (
    select v.* replace (coalesce(s.labeling_round, v.labeling_round) as labeling_round),
           p.annotator_id is not null as is_of_paused,
           v.vote_id in (select vote_id from votes_set_aside) as is_aside
    from crowd_votes v left join stray_rounds s on s.vote_id = v.vote_id
    left join annotator_pauses p on p.annotator_id = v.annotator_id
    where v.is_current and list_contains($questions, v.question)
),
aside as (
    select comment_id, count(*) as paused_votes, max(labeling_round) as labeling_round,
           max(schema_version) as schema_version, max(guideline_hash) as guideline_hash, max(answered_at) as evidence_at
    from deciding where is_aside group by comment_id
),
support as (
    select d.comment_id, avg(d.is_of_paused::int) as paused_share
    from deciding d join consensus_labels l on l.comment_id = d.comment_id and l.label = d.label
    where not d.is_aside group by d.comment_id
),
voters as (
    select comment_id, list_sort(list(distinct annotator_id) filter (where annotator_id is not null)) as labeled_by
    from counted_votes group by comment_id
),
context_asked as (
    select comment_id, bool_or(answer = 'yes') as needs_context
    from consensus_answers where question = 'requires_context' group by comment_id
),
labels as (
    select * from consensus_labels
    union all by name
    select comment_id, labeling_round, schema_version, guideline_hash, evidence_at, 0.0 as confidence,
           map {} as probabilities, map {} as vote_shares, 'uncalibrated' as confidence_is, 0 as n_votes,
           'none' as method
    from aside
    where comment_id not in (select comment_id from consensus_labels)
      and comment_id in (select comment_id from raw_comments)
)
select l.* replace (
           coalesce(f.label, l.label) as label, coalesce(f.confidence, l.confidence) as confidence,
           coalesce(f.probabilities, l.probabilities) as probabilities,
           coalesce(f.confidence_is, l.confidence_is) as confidence_is,
           greatest(f.evidence_at, l.evidence_at) as evidence_at,
           l.n_votes + coalesce(a.paused_votes, 0) as n_votes),
       l.label as crowd_label,
       coalesce(a.paused_votes, 0) as paused_votes, coalesce(s.paused_share, 0.0) as paused_share,
       v.labeled_by, coalesce(c.needs_context, false) as needs_context, coalesce(m.slices, []) as slices,
       d.duplicate_group, 'round-' || l.labeling_round as batch_id, coalesce(f.source, 'crowd') as source
from labels l
join raw_comments r using (comment_id)
left join fused_labels f on f.comment_id = l.comment_id
left join aside a on a.comment_id = l.comment_id
left join support s on s.comment_id = l.comment_id
left join voters v on v.comment_id = l.comment_id
left join context_asked c on c.comment_id = l.comment_id
left join comment_copies d on d.comment_id = l.comment_id
left join slices_by_comment m on m.comment_id = l.comment_id
order by l.comment_id
