-- Purpose: what should not have happened, and what was done about it.
-- Grain: one row per occurrence; several answers of one annotator to one comment are one.
-- Parameters: $current (schema versions in force), $error_types (those there are), $chance (one of the classes), $classes.
with judged as (
    select v.*,
           -- An answer that is no class takes back what its expert said, and puts nothing in the crowd's place.
           coalesce(v.label <> l.label, false) and coalesce(trim(v.note), '') = '' and list_contains($classes, v.label)
               as is_unexplained,
           coalesce(v.stated_confidence <= $chance + 1e-9, false) as is_guess, l.label as crowd_label
    from independent_verdicts v
    left join consensus_labels l on l.comment_id = v.comment_id and list_contains($current, l.schema_version)
    where list_contains($current, v.schema_version)
),
latest_verdict as (
    select * from judged
    qualify row_number() over (
        partition by comment_id, expert_id order by decided_at desc nulls last, verdict_id desc) = 1
),
-- The last that counts, as the gate has it; who says it is a guess now, says nothing any more.
opinion as (
    select * from (
        select * from judged where not is_unexplained
        qualify row_number() over (
            partition by comment_id, expert_id order by decided_at desc nulls last, verdict_id desc) = 1
    ) where not is_guess
),
opinions as (
    select o.comment_id, count(*) as n, count(distinct o.label) as n_labels, max(o.decided_at) as decided_at,
           any_value(q.outcome) = 'passed' as is_decided
    from opinion o left join qc_outcomes q on q.comment_id = o.comment_id group by o.comment_id
)
select 'vote_of_paused_annotator' as "rule", comment_id, annotator_id, max(answered_at) as happened_at,
       'kept, weight 0' as outcome, any_value(reason) as detail
from votes_set_aside group by comment_id, annotator_id
union all
select 'vote_of_unknown_annotator', comment_id, annotator_id, max(answered_at), 'counted, in no group',
       'not in inbox/annotators'
from vote_log
where annotator_id is not null and annotator_id not in (select annotator_id from annotators)
  and exists (select 1 from annotators)
group by comment_id, annotator_id
union all
select 'changed_vote', comment_id, annotator_id, max(answered_at), 'the later answer counts, both are kept',
       count(distinct label) || ' different answers to ' || question || ' in round ' || labeling_round
from vote_log where annotator_id is not null and vote_id not in (select vote_id from returned_votes)
group by comment_id, annotator_id, question, labeling_round having count(distinct label) > 1
union all
select 'changed_vote_of_returned_file', v.comment_id, v.annotator_id, max(v.answered_at),
       'the answer of the file that was not returned counts', 'another answer to ' || v.question || ' in round '
       || v.labeling_round
from vote_log v join vote_log r using (comment_id, annotator_id, question, labeling_round)
where v.vote_id not in (select vote_id from returned_votes) and r.vote_id in (select vote_id from returned_votes)
  and r.label <> v.label
group by v.comment_id, v.annotator_id, v.question, v.labeling_round
union all
select 'expert_voted_as_annotator', v.comment_id, v.expert_id, v.decided_at, 'verdict not counted, another expert asked',
       'voted on it in round ' || min(o.labeling_round)
from expert_verdicts v join vote_log o on o.comment_id = v.comment_id and o.annotator_id = v.expert_id
group by v.verdict_id, v.comment_id, v.expert_id, v.decided_at
union all
select 'verdict_of_no_expert', v.comment_id, v.expert_id, v.decided_at,
       'not counted; list them in inbox/annotators as kind expert, or have an expert decide',
       case when a.annotator_id is null then 'not in inbox/annotators, where experts are listed'
            else 'listed as ' || a.kind || coalesce(', and paused: ' || p.reason, '') end
from verdicts v
left join annotators a on a.annotator_id = v.expert_id
left join annotator_pauses p on p.annotator_id = v.expert_id
where v.verdict_id not in (select verdict_id from expert_verdicts)
union all
select 'expert_not_listed', null, expert_id, max(decided_at), 'counted: inbox/annotators lists no experts',
       count(*) || ' verdicts; list experts as kind expert, and nobody else decides'
from expert_verdicts where expert_id not in (select annotator_id from annotators)
group by expert_id
union all
select 'override_without_note', v.comment_id, v.expert_id, v.decided_at, 'not counted until a note arrives',
       'the crowd says ' || v.crowd_label || ', the expert ' || v.label
from latest_verdict v where v.is_unexplained
union all
select 'verdict_no_surer_than_chance', v.comment_id, v.expert_id, v.decided_at,
       case when q.outcome = 'passed' then 'says nothing; others decided' else 'says nothing, another expert asked' end,
       'stated at ' || round(v.stated_confidence, 3) || ', one class of ' || round(1 / $chance)::int || ' is '
       || round($chance, 3)
from latest_verdict v left join qc_outcomes q on q.comment_id = v.comment_id
where v.is_guess and not v.is_unexplained
union all
select 'experts_disagree', comment_id, null, decided_at,
       case when is_decided then 'the majority of experts decided' else 'a further expert is asked' end,
       n || ' experts, ' || n_labels || ' different labels'
from opinions where n_labels > 1
union all
select 'verdict_under_retired_schema', comment_id, expert_id, decided_at,
       'kept, decides nothing under the version in force', 'decided under ' || schema_version
from verdicts where not list_contains($current, schema_version)
union all
select 'unknown_error_type', comment_id, expert_id, decided_at, 'kept as it is', error_type
from verdicts where coalesce(error_type, '') <> '' and not list_contains($error_types, error_type)
union all
select 'gold_of_no_expert', g.comment_id, g.annotator_id, g.decided_at,
       'retired; list them as kind expert, or name two experts, and give it again, decided later',
       'an expert of this gold, and ' || coalesce('listed as ' || g.kind, 'not in inbox/annotators, where experts are listed')
from (select *, count(*) filter (kind = 'expert') over (partition by comment_id) as n_listed
      from (select comment_id, decided_at, role, unnest(list_distinct(expert_ids)) as annotator_id from gold_set)
      left join annotators using (annotator_id)) g
where g.kind <> 'expert'
   or (g.kind is null and g.role <> 'fit' and g.n_listed < 2 and exists (select 1 from annotators where kind = 'expert'))
union all
select 'honeypot_contradicts_gold', comment_id, null, null, 'no longer handed out; an expert should look', reason
from honeypot_health where state = 'in_doubt'
union all
select 'refused_verdict', comment_id, null, null, 'quarantined: ' || "rule", reason
from quarantine where kind = 'verdicts' and "rule" <> 'not_answered'
order by 1, 2, 3, 4
