-- Purpose: what is known about files, comments, annotators and tasks.
-- Grain: the comment on each table says what one row is.
-- Parameters: none.
-- Text columns of large tables carry no PRIMARY KEY: it makes the file five times as large. Writes anti-join instead.
-- A column comment that begins with "wall clock" or "run" marks what two runs over the same input may differ in.

CREATE TABLE migrations (
    name VARCHAR NOT NULL,
    applied_at TIMESTAMP DEFAULT (now() AT TIME ZONE 'UTC')
);
COMMENT ON TABLE migrations IS 'what changed this file''s tables, in order';
COMMENT ON COLUMN migrations.name IS 'file name of the migration';
COMMENT ON COLUMN migrations.applied_at IS 'wall clock: when it was applied';

CREATE TABLE inbox_files (
    file_sha256 VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    path VARCHAR NOT NULL,
    rows_in BIGINT NOT NULL,
    accepted BIGINT NOT NULL,
    already_known BIGINT NOT NULL,
    quarantined BIGINT NOT NULL,
    known_at TIMESTAMP,
    rules_version VARCHAR,
    CHECK (rows_in = accepted + quarantined),
    CHECK (already_known <= accepted)
);
COMMENT ON TABLE inbox_files IS 'one inbox file taken, by content';
COMMENT ON COLUMN inbox_files.file_sha256 IS 'sha256 of the file';
COMMENT ON COLUMN inbox_files.kind IS 'comments, votes, verdicts, gold, annotators, predictions or feedback';
COMMENT ON COLUMN inbox_files.path IS 'where it lay when it was taken';
COMMENT ON COLUMN inbox_files.rows_in IS 'rows read; accepted + quarantined; 1 for a file that cannot be read at all';
COMMENT ON COLUMN inbox_files.accepted IS 'rows that are now in a table, those already known included';
COMMENT ON COLUMN inbox_files.already_known IS 'those of the accepted rows that an earlier row had already brought';
COMMENT ON COLUMN inbox_files.quarantined IS 'rows in the table quarantine';
COMMENT ON COLUMN inbox_files.rules_version IS 'run: digest of the settings and ontologies its rows were examined by';
COMMENT ON COLUMN inbox_files.known_at IS 'wall clock: when it was taken (the simulated clock in a simulated home)';

CREATE TABLE inbox_seen (
    path VARCHAR NOT NULL,
    size BIGINT NOT NULL,
    mtime_ns BIGINT NOT NULL,
    file_sha256 VARCHAR NOT NULL
);
COMMENT ON TABLE inbox_seen IS 'one file looked at, so that an unchanged file is not hashed again';
COMMENT ON COLUMN inbox_seen.path IS 'run: path as scanned';
COMMENT ON COLUMN inbox_seen.size IS 'run: bytes';
COMMENT ON COLUMN inbox_seen.mtime_ns IS 'run: modification time';
COMMENT ON COLUMN inbox_seen.file_sha256 IS 'run: sha256 of the file';

CREATE TABLE quarantine (
    file VARCHAR NOT NULL,
    file_sha256 VARCHAR NOT NULL,
    line BIGINT,
    kind VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    "row" VARCHAR,
    raw BLOB,
    comment_id VARCHAR
);
COMMENT ON TABLE quarantine IS 'one row that could not be used, or one file that could not be read';
COMMENT ON COLUMN quarantine.file IS 'name of the inbox file';
COMMENT ON COLUMN quarantine.file_sha256 IS 'sha256 of the inbox file';
COMMENT ON COLUMN quarantine.line IS 'line in the file; NULL when the whole file is meant';
COMMENT ON COLUMN quarantine.kind IS 'inbox kind';
COMMENT ON COLUMN quarantine.rule IS 'id of the rule it broke';
COMMENT ON COLUMN quarantine.reason IS 'what is wrong, what was expected, what to do';
COMMENT ON COLUMN quarantine."row" IS 'the row as JSON, by the file''s own column names';
COMMENT ON COLUMN quarantine.raw IS 'its bytes, where they are not valid text or too many';
COMMENT ON COLUMN quarantine.comment_id IS 'the comment it speaks of, where it says so';

CREATE TABLE asset_state (
    asset VARCHAR PRIMARY KEY,
    input_version VARCHAR NOT NULL,
    output_version VARCHAR NOT NULL,
    as_of TIMESTAMP,
    row_count BIGINT,
    run_id VARCHAR,
    finished_at TIMESTAMP
);
COMMENT ON TABLE asset_state IS 'one asset: what it was last made from';
COMMENT ON COLUMN asset_state.asset IS 'name of the asset';
COMMENT ON COLUMN asset_state.input_version IS 'digest of the upstream versions it was made from';
COMMENT ON COLUMN asset_state.output_version IS 'digest of its own content';
COMMENT ON COLUMN asset_state.as_of IS 'wall clock: the time it was made for (the simulated clock in a simulated home)';
COMMENT ON COLUMN asset_state.row_count IS 'rows it has';
COMMENT ON COLUMN asset_state.run_id IS 'run: the run that wrote it';
COMMENT ON COLUMN asset_state.finished_at IS 'wall clock: when it was written';

CREATE TABLE clock (
    "now" TIMESTAMP NOT NULL
);
COMMENT ON TABLE clock IS 'the simulated time of a simulated home; no row elsewhere';
COMMENT ON COLUMN clock."now" IS 'simulated UTC time';

CREATE TABLE ontologies (
    schema_version VARCHAR PRIMARY KEY,
    ontology_hash VARCHAR NOT NULL,
    guideline_hash VARCHAR NOT NULL,
    effective_at TIMESTAMP NOT NULL,
    approved_by VARCHAR,
    reason VARCHAR,
    document VARCHAR NOT NULL
);
COMMENT ON TABLE ontologies IS 'one ontology version';
COMMENT ON COLUMN ontologies.schema_version IS 'its version';
COMMENT ON COLUMN ontologies.ontology_hash IS 'sha256 of its content';
COMMENT ON COLUMN ontologies.guideline_hash IS 'sha256 of what annotators are told';
COMMENT ON COLUMN ontologies.effective_at IS 'in force from';
COMMENT ON COLUMN ontologies.approved_by IS 'who approved it';
COMMENT ON COLUMN ontologies.reason IS 'why it was changed';
COMMENT ON COLUMN ontologies.document IS 'the file''s text';

CREATE TABLE raw_comments (
    comment_id VARCHAR NOT NULL,
    text VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL,
    posted_at TIMESTAMP,
    author_id VARCHAR,
    thread_id VARCHAR,
    context VARCHAR,
    slices VARCHAR[] NOT NULL,
    metadata VARCHAR,
    file_sha256 VARCHAR NOT NULL,
    line BIGINT NOT NULL
);
COMMENT ON TABLE raw_comments IS 'one comment';
COMMENT ON COLUMN raw_comments.comment_id IS 'given by the user, else derived from the content hash';
COMMENT ON COLUMN raw_comments.text IS 'the comment';
COMMENT ON COLUMN raw_comments.content_hash IS 'sha256 of the text';
COMMENT ON COLUMN raw_comments.posted_at IS 'when it was posted';
COMMENT ON COLUMN raw_comments.author_id IS 'who wrote it';
COMMENT ON COLUMN raw_comments.thread_id IS 'where it stands';
COMMENT ON COLUMN raw_comments.context IS 'what came before it: text, or a JSON list of turns';
COMMENT ON COLUMN raw_comments.slices IS 'slices it was given as being in: column=value, or the value of a column named slice';
COMMENT ON COLUMN raw_comments.metadata IS 'JSON object of the columns this pipeline has no meaning for';
COMMENT ON COLUMN raw_comments.file_sha256 IS 'the inbox file the row came from';
COMMENT ON COLUMN raw_comments.line IS 'its line in that file (row number for Parquet)';

CREATE TABLE annotators (
    annotator_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    attributes MAP(VARCHAR, VARCHAR),
    consent VARCHAR,
    file_sha256 VARCHAR NOT NULL,
    line BIGINT NOT NULL,
    CHECK (kind IN ('crowd', 'expert', 'model'))
);
COMMENT ON TABLE annotators IS 'one annotator, as last described';
COMMENT ON COLUMN annotators.annotator_id IS 'who';
COMMENT ON COLUMN annotators.kind IS 'crowd, expert or model';
COMMENT ON COLUMN annotators.attributes IS 'country, age group and whatever else was given';
COMMENT ON COLUMN annotators.consent IS 'what they agreed to';
COMMENT ON COLUMN annotators.file_sha256 IS 'the inbox file the row came from';
COMMENT ON COLUMN annotators.line IS 'its line in that file (row number for Parquet)';

CREATE TABLE decomposed_tasks (
    task_id VARCHAR NOT NULL,
    comment_id VARCHAR NOT NULL,
    question VARCHAR NOT NULL,
    labeling_round VARCHAR NOT NULL,
    schema_version VARCHAR NOT NULL,
    guideline_hash VARCHAR NOT NULL,
    created_at TIMESTAMP
);
COMMENT ON TABLE decomposed_tasks IS 'one question about one comment in one round';
COMMENT ON COLUMN decomposed_tasks.task_id IS 'identity of the task';
COMMENT ON COLUMN decomposed_tasks.comment_id IS 'the comment';
COMMENT ON COLUMN decomposed_tasks.question IS 'the question';
COMMENT ON COLUMN decomposed_tasks.labeling_round IS 'the round';
COMMENT ON COLUMN decomposed_tasks.schema_version IS 'version of the ontology in force';
COMMENT ON COLUMN decomposed_tasks.guideline_hash IS 'sha256 of what annotators were told';
COMMENT ON COLUMN decomposed_tasks.created_at IS 'wall clock: when it was made (the simulated clock in a simulated home)';

CREATE TABLE rounds (
    labeling_round VARCHAR PRIMARY KEY,
    batch_id VARCHAR,
    schema_version VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    reason VARCHAR,
    published_at TIMESTAMP,
    n_comments BIGINT,
    CHECK (kind IN ('crowd', 'expert'))
);
COMMENT ON TABLE rounds IS 'one labeling round';
COMMENT ON COLUMN rounds.labeling_round IS 'the round';
COMMENT ON COLUMN rounds.batch_id IS 'the uncertainty batch it came from';
COMMENT ON COLUMN rounds.schema_version IS 'version of the ontology in force';
COMMENT ON COLUMN rounds.kind IS 'crowd or expert';
COMMENT ON COLUMN rounds.reason IS 'why it was asked for';
COMMENT ON COLUMN rounds.published_at IS 'wall clock: when it was published (the simulated clock in a simulated home)';
COMMENT ON COLUMN rounds.n_comments IS 'comments in it';

CREATE TABLE assignments (
    assignment_id VARCHAR NOT NULL,
    comment_id VARCHAR NOT NULL,
    labeling_round VARCHAR NOT NULL,
    annotator_id VARCHAR,
    is_honeypot BOOLEAN NOT NULL,
    published_at TIMESTAMP
);
COMMENT ON TABLE assignments IS 'one annotator and one comment in one round';
COMMENT ON COLUMN assignments.assignment_id IS 'identity of the assignment';
COMMENT ON COLUMN assignments.comment_id IS 'the comment';
COMMENT ON COLUMN assignments.labeling_round IS 'the round';
COMMENT ON COLUMN assignments.annotator_id IS 'who was asked; NULL while open';
COMMENT ON COLUMN assignments.is_honeypot IS 'the answer is known and measures the annotator';
COMMENT ON COLUMN assignments.published_at IS 'wall clock: when it was published (the simulated clock in a simulated home)';
