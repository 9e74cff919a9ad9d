-- Purpose: what is known of the tasks that arriving votes name.
-- Grain: one task.
-- Parameters: none; frame named(task_id).
SELECT task_id, schema_version AS task_schema, question AS task_question, labeling_round AS task_round
FROM decomposed_tasks SEMI JOIN named USING (task_id)
QUALIFY row_number() OVER (PARTITION BY task_id) = 1;
