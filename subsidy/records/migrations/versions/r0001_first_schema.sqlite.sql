-- Frozen by `python -m subsidy.records.migrations.freeze`; not to be edited by hand.

CREATE TABLE area (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    code VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    is_city BOOLEAN NOT NULL,
    CONSTRAINT pk_area PRIMARY KEY (id),
    CONSTRAINT uq_area_city_code UNIQUE (city, code)
);

CREATE TABLE calendar_load (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    number VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    year INTEGER NOT NULL,
    published DATE NOT NULL,
    file VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    versions VARCHAR NOT NULL,
    moved VARCHAR NOT NULL,
    actor VARCHAR NOT NULL,
    "on" DATE NOT NULL,
    at DATETIME NOT NULL,
    CONSTRAINT pk_calendar_load PRIMARY KEY (id)
);

CREATE TABLE flow_report (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    flow VARCHAR NOT NULL,
    business_date VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    counts VARCHAR NOT NULL,
    started_at DATETIME NOT NULL,
    finished_at DATETIME,
    CONSTRAINT pk_flow_report PRIMARY KEY (id)
);

CREATE TABLE imported_file (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    rows_good INTEGER NOT NULL,
    rows_bad INTEGER NOT NULL,
    actor VARCHAR NOT NULL,
    at DATETIME NOT NULL,
    CONSTRAINT pk_imported_file PRIMARY KEY (id),
    CONSTRAINT uq_imported_file_city_kind_subject_sha256 UNIQUE (city, kind, subject, sha256)
);

CREATE TABLE outbox (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    subject_id INTEGER NOT NULL,
    template VARCHAR NOT NULL,
    occasion VARCHAR NOT NULL,
    to_kind VARCHAR NOT NULL,
    to_id INTEGER NOT NULL,
    "values" VARCHAR NOT NULL,
    effective_on DATE NOT NULL,
    created_at DATETIME NOT NULL,
    status VARCHAR NOT NULL,
    attempts INTEGER NOT NULL,
    sent_at DATETIME,
    channel VARCHAR NOT NULL,
    address_masked VARCHAR NOT NULL,
    error VARCHAR NOT NULL,
    letter VARCHAR NOT NULL,
    sent_on DATE,
    CONSTRAINT pk_outbox PRIMARY KEY (id),
    CONSTRAINT uq_outbox_subject_subject_id_template_occasion UNIQUE (subject, subject_id, template, occasion),
    CONSTRAINT ck_outbox_status CHECK (status IN ('waiting', 'sent', 'failed', 'cancelled'))
);

CREATE INDEX ix_outbox_failed ON outbox (id) WHERE status = 'failed';

CREATE INDEX ix_outbox_letter ON outbox (letter) WHERE letter <> '';

CREATE INDEX ix_outbox_sent_to ON outbox (to_kind, to_id, sent_on) WHERE letter <> '';

CREATE INDEX ix_outbox_waiting ON outbox (id) WHERE status = 'waiting';

CREATE TABLE pack_version (
    city VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    content VARCHAR NOT NULL,
    first_seen_at DATETIME NOT NULL,
    CONSTRAINT pk_pack_version PRIMARY KEY (city, version)
);

CREATE TABLE person (
    id INTEGER NOT NULL,
    id_index VARCHAR NOT NULL,
    key_version INTEGER NOT NULL,
    name_sealed BLOB NOT NULL,
    id_number_sealed BLOB NOT NULL,
    phone_sealed BLOB,
    account_sealed BLOB,
    masked_name VARCHAR NOT NULL,
    masked_id VARCHAR NOT NULL,
    created_at DATETIME NOT NULL,
    CONSTRAINT pk_person PRIMARY KEY (id),
    CONSTRAINT uq_person_id_index UNIQUE (id_index)
);

CREATE TABLE register_extract (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    register_name VARCHAR NOT NULL,
    as_of DATE NOT NULL,
    whole BOOLEAN NOT NULL,
    entries INTEGER NOT NULL,
    file_sha256 VARCHAR NOT NULL,
    loaded_by VARCHAR NOT NULL,
    loaded_at DATETIME NOT NULL,
    CONSTRAINT pk_register_extract PRIMARY KEY (id)
);

CREATE INDEX ix_register_extract ON register_extract (city, register_name, as_of);

CREATE TABLE road (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    track VARCHAR NOT NULL,
    route VARCHAR NOT NULL,
    pack_version VARCHAR NOT NULL,
    stages VARCHAR NOT NULL,
    levels INTEGER NOT NULL,
    early VARCHAR NOT NULL,
    needs_notice BOOLEAN NOT NULL,
    fund VARCHAR NOT NULL,
    unit VARCHAR NOT NULL,
    CONSTRAINT pk_road PRIMARY KEY (id),
    CONSTRAINT uq_road_city_pack_version_track_route UNIQUE (city, pack_version, track, route)
);

CREATE TABLE seal (
    chain VARCHAR NOT NULL,
    number INTEGER NOT NULL,
    batch INTEGER NOT NULL,
    low INTEGER NOT NULL,
    high INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    digest VARCHAR NOT NULL,
    previous VARCHAR NOT NULL,
    signature VARCHAR NOT NULL,
    sealed_at BIGINT NOT NULL,
    CONSTRAINT pk_seal PRIMARY KEY (chain, number)
);

CREATE TABLE setting (
    name VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    CONSTRAINT pk_setting PRIMARY KEY (name)
);

CREATE TABLE subject_history (
    machine VARCHAR NOT NULL,
    subject_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    event VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    target VARCHAR NOT NULL,
    effective_on DATE NOT NULL,
    recorded_at BIGINT NOT NULL,
    actor VARCHAR NOT NULL,
    note VARCHAR NOT NULL,
    batch INTEGER NOT NULL,
    CONSTRAINT pk_subject_history PRIMARY KEY (machine, subject_id, version)
);

CREATE INDEX ix_subject_history_minute ON subject_history (batch);

CREATE TABLE sweep_window (
    id INTEGER NOT NULL,
    run VARCHAR NOT NULL,
    low INTEGER NOT NULL,
    high INTEGER NOT NULL,
    moved INTEGER NOT NULL,
    recorded_at BIGINT NOT NULL,
    CONSTRAINT pk_sweep_window PRIMARY KEY (id)
);

CREATE INDEX ix_sweep_window_run ON sweep_window (run, high);

CREATE TABLE catalogue_item (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    code VARCHAR NOT NULL,
    area_id INTEGER NOT NULL,
    track VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    occupation VARCHAR NOT NULL,
    level VARCHAR NOT NULL,
    course VARCHAR NOT NULL,
    training_mode VARCHAR NOT NULL,
    assessment_mode VARCHAR NOT NULL,
    certificate_name VARCHAR NOT NULL,
    certificate_kind VARCHAR NOT NULL,
    planned_heads INTEGER NOT NULL,
    days INTEGER NOT NULL,
    fee_fen BIGINT DEFAULT '0' NOT NULL,
    rate_fen BIGINT DEFAULT '0' NOT NULL,
    survey_note VARCHAR NOT NULL,
    procurement_record VARCHAR NOT NULL,
    department VARCHAR NOT NULL,
    annex_entries VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    opinion VARCHAR NOT NULL,
    approved_on DATE,
    approved_by VARCHAR NOT NULL,
    standard_by VARCHAR NOT NULL,
    standard_record VARCHAR NOT NULL,
    city_filed_on DATE,
    city_filed_record VARCHAR NOT NULL,
    listed_on DATE,
    ends_on DATE,
    CONSTRAINT pk_catalogue_item PRIMARY KEY (id),
    CONSTRAINT uq_catalogue_item_city_code UNIQUE (city, code),
    CONSTRAINT ck_catalogue_item_state CHECK (state IN ('drafted', 'submitted', 'returned', 'approved', 'published', 'refused', 'closed')),
    CONSTRAINT fk_catalogue_item_area_id_area FOREIGN KEY(area_id) REFERENCES area (id)
);

CREATE TABLE delivery_try (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    outbox_id INTEGER NOT NULL,
    letter VARCHAR NOT NULL,
    at DATETIME NOT NULL,
    "on" DATE NOT NULL,
    way VARCHAR NOT NULL,
    address_masked VARCHAR NOT NULL,
    result VARCHAR NOT NULL,
    error VARCHAR NOT NULL,
    text_hash VARCHAR NOT NULL,
    CONSTRAINT pk_delivery_try PRIMARY KEY (id),
    CONSTRAINT ck_delivery_try_result CHECK (result IN ('sent', 'retry', 'failed')),
    CONSTRAINT fk_delivery_try_outbox_id_outbox FOREIGN KEY(outbox_id) REFERENCES outbox (id)
);

CREATE INDEX ix_delivery_try_outbox_id ON delivery_try (outbox_id);

CREATE TABLE full_view (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    person_id INTEGER NOT NULL,
    actor VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    fields VARCHAR NOT NULL,
    at DATETIME NOT NULL,
    CONSTRAINT pk_full_view PRIMARY KEY (id),
    CONSTRAINT fk_full_view_person_id_person FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE TABLE group_evidence (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    person_id INTEGER NOT NULL,
    "group" VARCHAR NOT NULL,
    evidenced_on VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    CONSTRAINT pk_group_evidence PRIMARY KEY (id),
    CONSTRAINT fk_group_evidence_person_id_person FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE INDEX ix_group_evidence_person_id ON group_evidence (person_id);

CREATE TABLE past_subsidy (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    paying_place VARCHAR NOT NULL,
    person_id INTEGER NOT NULL,
    scheme VARCHAR NOT NULL,
    track VARCHAR NOT NULL,
    occupation VARCHAR NOT NULL,
    project VARCHAR NOT NULL,
    level VARCHAR NOT NULL,
    certificate_kind VARCHAR NOT NULL,
    certificate_index VARCHAR NOT NULL,
    starts_on DATE,
    ends_on DATE,
    paid_on DATE NOT NULL,
    amount_fen INTEGER NOT NULL,
    year INTEGER NOT NULL,
    file_sha256 VARCHAR NOT NULL,
    row_number INTEGER NOT NULL,
    imported_by VARCHAR NOT NULL,
    imported_at DATETIME NOT NULL,
    taken_back_on DATE,
    CONSTRAINT pk_past_subsidy PRIMARY KEY (id),
    CONSTRAINT uq_past_subsidy_payment UNIQUE (city, person_id, scheme, occupation, project, level, certificate_index, paid_on, amount_fen),
    CONSTRAINT ck_past_subsidy_scheme CHECK (scheme IN ('training', 'insurance_upgrade', 'other')),
    CONSTRAINT ck_past_subsidy_positive CHECK (amount_fen > 0),
    CONSTRAINT fk_past_subsidy_person_id_person FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE INDEX ix_past_subsidy_file ON past_subsidy (city, file_sha256);

CREATE INDEX ix_past_subsidy_person ON past_subsidy (person_id, id);

CREATE TABLE payment_batch (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    number VARCHAR NOT NULL,
    area_id INTEGER NOT NULL,
    fund VARCHAR NOT NULL,
    payee_kind VARCHAR NOT NULL,
    channel VARCHAR NOT NULL,
    total_fen BIGINT DEFAULT '0' NOT NULL,
    lines INTEGER NOT NULL,
    built_on DATE NOT NULL,
    built_by VARCHAR NOT NULL,
    approved_by VARCHAR NOT NULL,
    sent_by VARCHAR NOT NULL,
    value_date DATE,
    file_hash VARCHAR NOT NULL,
    follows_batch_id INTEGER,
    state VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_payment_batch PRIMARY KEY (id),
    CONSTRAINT uq_payment_batch_city_number UNIQUE (city, number),
    CONSTRAINT ck_payment_batch_state CHECK (state IN ('built', 'approved', 'sent', 'partly_settled', 'settled', 'dissolved')),
    CONSTRAINT fk_payment_batch_area_id_area FOREIGN KEY(area_id) REFERENCES area (id),
    CONSTRAINT fk_payment_batch_follows_batch_id_payment_batch FOREIGN KEY(follows_batch_id) REFERENCES payment_batch (id)
);

CREATE TABLE provider (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    area_id INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    credit_code VARCHAR NOT NULL,
    contact VARCHAR NOT NULL,
    mailbox VARCHAR NOT NULL,
    account_name VARCHAR NOT NULL,
    account_sealed BLOB,
    account_tail VARCHAR NOT NULL,
    account_verified_on DATE,
    key_version INTEGER NOT NULL,
    CONSTRAINT pk_provider PRIMARY KEY (id),
    CONSTRAINT uq_provider_city_credit_code UNIQUE (city, credit_code),
    CONSTRAINT fk_provider_area_id_area FOREIGN KEY(area_id) REFERENCES area (id)
);

CREATE TABLE public_notice (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    number VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    track VARCHAR NOT NULL,
    list_version INTEGER NOT NULL,
    corrects_id INTEGER,
    masking VARCHAR NOT NULL,
    area_id INTEGER NOT NULL,
    office VARCHAR NOT NULL,
    contact VARCHAR NOT NULL,
    posted_on DATE,
    first_day DATE,
    last_day DATE,
    opens_on DATE,
    calendar_version VARCHAR NOT NULL,
    clause VARCHAR NOT NULL,
    assumed VARCHAR NOT NULL,
    list_hash VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_public_notice PRIMARY KEY (id),
    CONSTRAINT uq_public_notice_city_number UNIQUE (city, number),
    CONSTRAINT uq_public_notice_corrects_id UNIQUE (corrects_id),
    CONSTRAINT ck_public_notice_state CHECK (state IN ('prepared', 'posted', 'closed', 'replaced')),
    CONSTRAINT fk_public_notice_corrects_id_public_notice FOREIGN KEY(corrects_id) REFERENCES public_notice (id),
    CONSTRAINT fk_public_notice_area_id_area FOREIGN KEY(area_id) REFERENCES area (id)
);

CREATE TABLE register_entry (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    extract_id INTEGER NOT NULL,
    person_index VARCHAR NOT NULL,
    name_index VARCHAR NOT NULL,
    certificate_index VARCHAR NOT NULL,
    since DATE,
    until DATE,
    CONSTRAINT pk_register_entry PRIMARY KEY (id),
    CONSTRAINT fk_register_entry_extract_id_register_extract FOREIGN KEY(extract_id) REFERENCES register_extract (id)
);

CREATE INDEX ix_register_entry_certificate ON register_entry (extract_id, certificate_index);

CREATE INDEX ix_register_entry_person ON register_entry (extract_id, person_index);

CREATE TABLE window_rule (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    road_id INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    n INTEGER NOT NULL,
    unit VARCHAR NOT NULL,
    direction VARCHAR NOT NULL,
    first_day_counts BOOLEAN NOT NULL,
    clause VARCHAR NOT NULL,
    document VARCHAR NOT NULL,
    assumed VARCHAR NOT NULL,
    at_end VARCHAR NOT NULL,
    remind_at VARCHAR NOT NULL,
    escalate_at VARCHAR NOT NULL,
    CONSTRAINT pk_window_rule PRIMARY KEY (id),
    CONSTRAINT uq_window_rule_road_id_name UNIQUE (road_id, name),
    CONSTRAINT fk_window_rule_road_id_road FOREIGN KEY(road_id) REFERENCES road (id)
);

CREATE TABLE account (
    id INTEGER NOT NULL,
    login VARCHAR NOT NULL,
    display_name VARCHAR NOT NULL,
    password_hash VARCHAR NOT NULL,
    provider_id INTEGER,
    active BOOLEAN NOT NULL,
    failures INTEGER NOT NULL,
    locked_until DATETIME,
    created_at DATETIME NOT NULL,
    CONSTRAINT pk_account PRIMARY KEY (id),
    CONSTRAINT uq_account_login UNIQUE (login),
    CONSTRAINT fk_account_provider_id_provider FOREIGN KEY(provider_id) REFERENCES provider (id)
);

CREATE TABLE agreement (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    provider_id INTEGER NOT NULL,
    number VARCHAR NOT NULL,
    valid_from DATE NOT NULL,
    valid_until DATE,
    scope VARCHAR NOT NULL,
    CONSTRAINT pk_agreement PRIMARY KEY (id),
    CONSTRAINT fk_agreement_provider_id_provider FOREIGN KEY(provider_id) REFERENCES provider (id)
);

CREATE INDEX ix_agreement_provider_id ON agreement (provider_id);

CREATE TABLE application (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    number VARCHAR NOT NULL,
    track VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    period VARCHAR NOT NULL,
    area_id INTEGER NOT NULL,
    provider_id INTEGER,
    item_id INTEGER,
    stated VARCHAR NOT NULL,
    starts_on DATE,
    ends_on DATE,
    lodged_on DATE NOT NULL,
    lodged_by VARCHAR NOT NULL,
    commitment_on DATE,
    CONSTRAINT pk_application PRIMARY KEY (id),
    CONSTRAINT uq_application_city_number UNIQUE (city, number),
    CONSTRAINT ck_application_kind CHECK (kind IN ('main', 'advance', 'settlement', 'allowance')),
    CONSTRAINT fk_application_area_id_area FOREIGN KEY(area_id) REFERENCES area (id),
    CONSTRAINT fk_application_provider_id_provider FOREIGN KEY(provider_id) REFERENCES provider (id),
    CONSTRAINT fk_application_item_id_catalogue_item FOREIGN KEY(item_id) REFERENCES catalogue_item (id)
);

CREATE INDEX ix_application_provider_id ON application (provider_id);

CREATE TABLE bank_file (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    batch_id INTEGER NOT NULL,
    direction VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    lines INTEGER NOT NULL,
    total_fen BIGINT DEFAULT '0' NOT NULL,
    at DATETIME NOT NULL,
    actor VARCHAR NOT NULL,
    CONSTRAINT pk_bank_file PRIMARY KEY (id),
    CONSTRAINT uq_bank_file_city_direction_sha256 UNIQUE (city, direction, sha256),
    CONSTRAINT fk_bank_file_batch_id_payment_batch FOREIGN KEY(batch_id) REFERENCES payment_batch (id)
);

CREATE INDEX ix_bank_file_batch_id ON bank_file (batch_id);

CREATE TABLE entitlement (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    track VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    person_id INTEGER,
    provider_id INTEGER,
    occupation VARCHAR NOT NULL,
    level VARCHAR NOT NULL,
    CONSTRAINT pk_entitlement PRIMARY KEY (id),
    CONSTRAINT uq_entitlement_city_track_subject UNIQUE (city, track, subject),
    CONSTRAINT fk_entitlement_person_id_person FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_entitlement_provider_id_provider FOREIGN KEY(provider_id) REFERENCES provider (id)
);

CREATE INDEX ix_entitlement_person_id ON entitlement (person_id);

CREATE TABLE notice_place (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    notice_id INTEGER NOT NULL,
    place VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    put_up_on DATE NOT NULL,
    file_name VARCHAR NOT NULL,
    file_hash VARCHAR NOT NULL,
    entered_by VARCHAR NOT NULL,
    entered_at DATETIME NOT NULL,
    CONSTRAINT pk_notice_place PRIMARY KEY (id),
    CONSTRAINT fk_notice_place_notice_id_public_notice FOREIGN KEY(notice_id) REFERENCES public_notice (id)
);

CREATE INDEX ix_notice_place_notice_id ON notice_place (notice_id);

CREATE TABLE payment_line (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    batch_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    payee_kind VARCHAR NOT NULL,
    payee_id INTEGER NOT NULL,
    payee_name VARCHAR NOT NULL,
    account_tail VARCHAR NOT NULL,
    amount_fen BIGINT DEFAULT '0' NOT NULL,
    result VARCHAR NOT NULL,
    result_on DATE,
    CONSTRAINT pk_payment_line PRIMARY KEY (id),
    CONSTRAINT uq_payment_line_batch_id_position UNIQUE (batch_id, position),
    CONSTRAINT fk_payment_line_batch_id_payment_batch FOREIGN KEY(batch_id) REFERENCES payment_batch (id)
);

CREATE TABLE training_class (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    number VARCHAR NOT NULL,
    area_id INTEGER NOT NULL,
    provider_id INTEGER NOT NULL,
    item_id INTEGER NOT NULL,
    road_id INTEGER NOT NULL,
    track VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    lesson_days VARCHAR NOT NULL,
    teacher VARCHAR NOT NULL,
    room VARCHAR NOT NULL,
    planned_heads INTEGER NOT NULL,
    state VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    filed_on DATE,
    decided_on DATE,
    file_by DATE NOT NULL,
    stated VARCHAR NOT NULL,
    attendance_on DATE,
    certificates_on DATE,
    CONSTRAINT pk_training_class PRIMARY KEY (id),
    CONSTRAINT uq_training_class_city_number UNIQUE (city, number),
    CONSTRAINT ck_training_class_state CHECK (state IN ('planned', 'filed', 'returned', 'accepted', 'completed', 'cancelled', 'refused')),
    CONSTRAINT fk_training_class_area_id_area FOREIGN KEY(area_id) REFERENCES area (id),
    CONSTRAINT fk_training_class_provider_id_provider FOREIGN KEY(provider_id) REFERENCES provider (id),
    CONSTRAINT fk_training_class_item_id_catalogue_item FOREIGN KEY(item_id) REFERENCES catalogue_item (id),
    CONSTRAINT fk_training_class_road_id_road FOREIGN KEY(road_id) REFERENCES road (id)
);

CREATE INDEX ix_training_class_provider_id ON training_class (provider_id);

CREATE TABLE claim (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    number VARCHAR NOT NULL,
    entitlement_id INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    period VARCHAR NOT NULL,
    area_id INTEGER NOT NULL,
    road_id INTEGER NOT NULL,
    track VARCHAR NOT NULL,
    class_id INTEGER,
    application_id INTEGER,
    person_id INTEGER,
    provider_id INTEGER,
    fund VARCHAR NOT NULL,
    created_on DATE NOT NULL,
    CONSTRAINT pk_claim PRIMARY KEY (id),
    CONSTRAINT uq_claim_city_number UNIQUE (city, number),
    CONSTRAINT uq_claim_entitlement_id_kind_period UNIQUE (entitlement_id, kind, period),
    CONSTRAINT ck_claim_kind CHECK (kind IN ('main', 'advance', 'settlement', 'allowance')),
    CONSTRAINT fk_claim_entitlement_id_entitlement FOREIGN KEY(entitlement_id) REFERENCES entitlement (id),
    CONSTRAINT fk_claim_area_id_area FOREIGN KEY(area_id) REFERENCES area (id),
    CONSTRAINT fk_claim_road_id_road FOREIGN KEY(road_id) REFERENCES road (id),
    CONSTRAINT fk_claim_class_id_training_class FOREIGN KEY(class_id) REFERENCES training_class (id),
    CONSTRAINT fk_claim_application_id_application FOREIGN KEY(application_id) REFERENCES application (id),
    CONSTRAINT fk_claim_person_id_person FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_claim_provider_id_provider FOREIGN KEY(provider_id) REFERENCES provider (id)
);

CREATE INDEX ix_claim_application_id ON claim (application_id);

CREATE INDEX ix_claim_area_id ON claim (area_id, id);

CREATE INDEX ix_claim_class_id ON claim (class_id, id);

CREATE INDEX ix_claim_person_id ON claim (person_id);

CREATE INDEX ix_claim_provider_id ON claim (provider_id);

CREATE TABLE class_change (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    class_id INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    wanted VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    findings VARCHAR NOT NULL,
    asked_by VARCHAR NOT NULL,
    asked_at DATETIME NOT NULL,
    decided_by VARCHAR NOT NULL,
    decided_at DATETIME,
    class_version INTEGER NOT NULL,
    CONSTRAINT pk_class_change PRIMARY KEY (id),
    CONSTRAINT fk_class_change_class_id_training_class FOREIGN KEY(class_id) REFERENCES training_class (id)
);

CREATE INDEX ix_class_change_class_id ON class_change (class_id);

CREATE TABLE login_session (
    token_hash VARCHAR NOT NULL,
    account_id INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    seen_at DATETIME NOT NULL,
    csrf VARCHAR NOT NULL,
    CONSTRAINT pk_login_session PRIMARY KEY (token_hash),
    CONSTRAINT fk_login_session_account_id_account FOREIGN KEY(account_id) REFERENCES account (id)
);

CREATE INDEX ix_login_session_account_id ON login_session (account_id);

CREATE TABLE role_grant (
    id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    role VARCHAR NOT NULL,
    city VARCHAR NOT NULL,
    area_id INTEGER NOT NULL,
    CONSTRAINT pk_role_grant PRIMARY KEY (id),
    CONSTRAINT uq_role_grant_account_id_role_city_area_id UNIQUE (account_id, role, city, area_id),
    CONSTRAINT fk_role_grant_account_id_account FOREIGN KEY(account_id) REFERENCES account (id),
    CONSTRAINT fk_role_grant_area_id_area FOREIGN KEY(area_id) REFERENCES area (id)
);

CREATE INDEX ix_role_grant_account_id ON role_grant (account_id);

CREATE TABLE uplift_approval (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    unit_id INTEGER NOT NULL,
    area_id INTEGER NOT NULL,
    class_id INTEGER,
    track VARCHAR NOT NULL,
    item_id INTEGER,
    starts_on DATE NOT NULL,
    applied_on DATE NOT NULL,
    percent_asked INTEGER NOT NULL,
    percent_approved INTEGER NOT NULL,
    ground VARCHAR NOT NULL,
    asked_by VARCHAR NOT NULL,
    asked_at DATETIME NOT NULL,
    state VARCHAR NOT NULL,
    approved_on DATE,
    decision_number VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    decided_by VARCHAR NOT NULL,
    decided_at DATETIME,
    CONSTRAINT pk_uplift_approval PRIMARY KEY (id),
    CONSTRAINT ck_uplift_approval_state CHECK (state IN ('asked', 'approved', 'refused', 'withdrawn')),
    CONSTRAINT fk_uplift_approval_unit_id_provider FOREIGN KEY(unit_id) REFERENCES provider (id),
    CONSTRAINT fk_uplift_approval_area_id_area FOREIGN KEY(area_id) REFERENCES area (id),
    CONSTRAINT fk_uplift_approval_class_id_training_class FOREIGN KEY(class_id) REFERENCES training_class (id),
    CONSTRAINT fk_uplift_approval_item_id_catalogue_item FOREIGN KEY(item_id) REFERENCES catalogue_item (id)
);

CREATE UNIQUE INDEX ix_uplift_approval_standing ON uplift_approval (class_id) WHERE state IN ('asked', 'approved');

CREATE INDEX ix_uplift_approval_unit_id ON uplift_approval (unit_id);

CREATE TABLE application_line (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    application_id INTEGER NOT NULL,
    claim_id INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    row_number INTEGER NOT NULL,
    "group" VARCHAR NOT NULL,
    group_evidence_on DATE,
    group_until DATE,
    place_connection VARCHAR NOT NULL,
    occupation VARCHAR NOT NULL,
    level VARCHAR NOT NULL,
    result VARCHAR NOT NULL,
    theory_passed BOOLEAN NOT NULL,
    practice_passed BOOLEAN NOT NULL,
    finished BOOLEAN NOT NULL,
    counted BOOLEAN NOT NULL,
    stated VARCHAR NOT NULL,
    dropped_on DATE,
    CONSTRAINT pk_application_line PRIMARY KEY (id),
    CONSTRAINT uq_application_line_application_id_person_id UNIQUE (application_id, person_id),
    CONSTRAINT fk_application_line_application_id_application FOREIGN KEY(application_id) REFERENCES application (id),
    CONSTRAINT fk_application_line_claim_id_claim FOREIGN KEY(claim_id) REFERENCES claim (id),
    CONSTRAINT fk_application_line_person_id_person FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE INDEX ix_application_line_claim_id ON application_line (claim_id);

CREATE INDEX ix_application_line_person_id ON application_line (person_id);

CREATE TABLE claim_closed (
    claim_id INTEGER NOT NULL,
    road_id INTEGER NOT NULL,
    area_id INTEGER NOT NULL,
    state VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    since DATE NOT NULL,
    next_stage VARCHAR NOT NULL,
    early_stage VARCHAR NOT NULL,
    resume_to VARCHAR NOT NULL,
    review_from VARCHAR NOT NULL,
    levels INTEGER NOT NULL,
    levels_left INTEGER NOT NULL,
    levels_done INTEGER NOT NULL,
    blocks INTEGER NOT NULL,
    gaps INTEGER NOT NULL,
    decision_current INTEGER NOT NULL,
    certificate_pending INTEGER NOT NULL,
    may_pay INTEGER NOT NULL,
    planned_fen BIGINT DEFAULT '0' NOT NULL,
    reserved_fen BIGINT DEFAULT '0' NOT NULL,
    amount_fen BIGINT DEFAULT '0' NOT NULL,
    approved_fen BIGINT DEFAULT '0' NOT NULL,
    file_by DATE DEFAULT '9999-12-31' NOT NULL,
    training_starts DATE DEFAULT '9999-12-31' NOT NULL,
    training_ends DATE DEFAULT '9999-12-31' NOT NULL,
    certificate_issued DATE DEFAULT '9999-12-31' NOT NULL,
    applied_on DATE DEFAULT '9999-12-31' NOT NULL,
    notice_last_day DATE DEFAULT '9999-12-31' NOT NULL,
    lapses_after DATE DEFAULT '9999-12-31' NOT NULL,
    chart_version INTEGER NOT NULL,
    CONSTRAINT pk_claim_closed PRIMARY KEY (claim_id),
    CONSTRAINT ck_claim_closed_state CHECK (state IN ('paid', 'counted', 'rejected', 'lapsed', 'withdrawn', 'recovered')),
    CONSTRAINT fk_claim_closed_claim_id_claim FOREIGN KEY(claim_id) REFERENCES claim (id)
);

CREATE TABLE claim_history (
    claim_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    event VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    target VARCHAR NOT NULL,
    effective_on DATE NOT NULL,
    recorded_at BIGINT NOT NULL,
    actor VARCHAR NOT NULL,
    note VARCHAR NOT NULL,
    batch INTEGER NOT NULL,
    CONSTRAINT pk_claim_history PRIMARY KEY (claim_id, version),
    CONSTRAINT fk_claim_history_claim_id_claim FOREIGN KEY(claim_id) REFERENCES claim (id)
)
 WITHOUT ROWID;

CREATE INDEX ix_claim_history_minute ON claim_history (batch) WHERE batch < 0;

CREATE TABLE claim_progress (
    claim_id INTEGER NOT NULL,
    road_id INTEGER NOT NULL,
    area_id INTEGER NOT NULL,
    state VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    since DATE NOT NULL,
    next_stage VARCHAR NOT NULL,
    early_stage VARCHAR NOT NULL,
    resume_to VARCHAR NOT NULL,
    review_from VARCHAR NOT NULL,
    levels INTEGER NOT NULL,
    levels_left INTEGER NOT NULL,
    levels_done INTEGER NOT NULL,
    blocks INTEGER NOT NULL,
    gaps INTEGER NOT NULL,
    decision_current INTEGER NOT NULL,
    certificate_pending INTEGER NOT NULL,
    may_pay INTEGER NOT NULL,
    planned_fen BIGINT DEFAULT '0' NOT NULL,
    reserved_fen BIGINT DEFAULT '0' NOT NULL,
    amount_fen BIGINT DEFAULT '0' NOT NULL,
    approved_fen BIGINT DEFAULT '0' NOT NULL,
    file_by DATE DEFAULT '9999-12-31' NOT NULL,
    training_starts DATE DEFAULT '9999-12-31' NOT NULL,
    training_ends DATE DEFAULT '9999-12-31' NOT NULL,
    certificate_issued DATE DEFAULT '9999-12-31' NOT NULL,
    applied_on DATE DEFAULT '9999-12-31' NOT NULL,
    notice_last_day DATE DEFAULT '9999-12-31' NOT NULL,
    lapses_after DATE DEFAULT '9999-12-31' NOT NULL,
    chart_version INTEGER NOT NULL,
    CONSTRAINT pk_claim_progress PRIMARY KEY (claim_id),
    CONSTRAINT ck_claim_progress_state CHECK (state IN ('listed', 'enrolled', 'filed', 'completed', 'assessed', 'certified', 'result_publicised', 'applied', 'reviewed', 'approved', 'grant_publicised', 'payable', 'paying', 'correcting', 'held', 'objected', 'bank_returned', 'recovering', 'failed')),
    CONSTRAINT ck_claim_progress_version CHECK (version >= 0),
    CONSTRAINT ck_claim_progress_money CHECK (amount_fen >= 0 AND approved_fen >= 0),
    CONSTRAINT fk_claim_progress_claim_id_claim FOREIGN KEY(claim_id) REFERENCES claim (id)
);

CREATE TABLE cross_city_check (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    person_id INTEGER NOT NULL,
    claim_id INTEGER NOT NULL,
    question VARCHAR NOT NULL,
    answer BOOLEAN NOT NULL,
    asked_on DATE NOT NULL,
    asked_at DATETIME NOT NULL,
    asked_by VARCHAR NOT NULL,
    CONSTRAINT pk_cross_city_check PRIMARY KEY (id),
    CONSTRAINT fk_cross_city_check_person_id_person FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_cross_city_check_claim_id_claim FOREIGN KEY(claim_id) REFERENCES claim (id)
);

CREATE INDEX ix_cross_city_check_person ON cross_city_check (person_id, id);

CREATE TABLE deadline (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    area_id INTEGER NOT NULL,
    claim_id INTEGER,
    class_id INTEGER,
    rule_id INTEGER NOT NULL,
    window VARCHAR NOT NULL,
    anchor_on DATE NOT NULL,
    due_on DATE NOT NULL,
    told_by DATE NOT NULL,
    lapses_after DATE NOT NULL,
    next_on DATE NOT NULL,
    final BOOLEAN NOT NULL,
    calendar_version VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    escalated INTEGER NOT NULL,
    opened_version INTEGER NOT NULL,
    opened_on DATE NOT NULL,
    closed_on DATE,
    CONSTRAINT pk_deadline PRIMARY KEY (id),
    CONSTRAINT ck_deadline_status CHECK (status IN ('open', 'stopped', 'met', 'missed', 'waived', 'closed')),
    CONSTRAINT ck_deadline_subject CHECK ((claim_id IS NULL) <> (class_id IS NULL)),
    CONSTRAINT fk_deadline_claim_id_claim FOREIGN KEY(claim_id) REFERENCES claim (id),
    CONSTRAINT fk_deadline_class_id_training_class FOREIGN KEY(class_id) REFERENCES training_class (id),
    CONSTRAINT fk_deadline_rule_id_window_rule FOREIGN KEY(rule_id) REFERENCES window_rule (id)
);

CREATE INDEX ix_deadline_claim ON deadline (claim_id, id);

CREATE INDEX ix_deadline_class ON deadline (class_id) WHERE class_id IS NOT NULL;

CREATE INDEX ix_deadline_missed ON deadline (city, id) WHERE status = 'missed';

CREATE INDEX ix_deadline_running ON deadline (city, id) WHERE status IN ('open', 'stopped');

CREATE INDEX ix_deadline_wanted ON deadline (city, next_on, id, status) WHERE status IN ('open', 'missed') AND next_on < '9999-12-31';

CREATE TABLE decision (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    claim_id INTEGER NOT NULL,
    decided_on DATE NOT NULL,
    decided_at DATETIME NOT NULL,
    payable BOOLEAN NOT NULL,
    amount_fen INTEGER,
    payee VARCHAR NOT NULL,
    facts VARCHAR NOT NULL,
    result VARCHAR NOT NULL,
    pack_version VARCHAR NOT NULL,
    calendar_version VARCHAR NOT NULL,
    code_version VARCHAR NOT NULL,
    CONSTRAINT pk_decision PRIMARY KEY (id),
    CONSTRAINT fk_decision_claim_id_claim FOREIGN KEY(claim_id) REFERENCES claim (id)
);

CREATE INDEX ix_decision_claim ON decision (claim_id, id);

CREATE TABLE enrolment (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    class_id INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    claim_id INTEGER,
    row_number INTEGER NOT NULL,
    "group" VARCHAR NOT NULL,
    group_evidence_on DATE,
    place_connection VARCHAR NOT NULL,
    pension VARCHAR NOT NULL,
    commitment_on DATE,
    dropped_on DATE,
    CONSTRAINT pk_enrolment PRIMARY KEY (id),
    CONSTRAINT uq_enrolment_class_id_person_id UNIQUE (class_id, person_id),
    CONSTRAINT fk_enrolment_class_id_training_class FOREIGN KEY(class_id) REFERENCES training_class (id),
    CONSTRAINT fk_enrolment_person_id_person FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT uq_enrolment_claim_id UNIQUE (claim_id),
    CONSTRAINT fk_enrolment_claim_id_claim FOREIGN KEY(claim_id) REFERENCES claim (id)
);

CREATE INDEX ix_enrolment_person_id ON enrolment (person_id);

CREATE TABLE instrument (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    number VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    track VARCHAR NOT NULL,
    person_id INTEGER NOT NULL,
    value_fen BIGINT DEFAULT '0' NOT NULL,
    issued_on DATE NOT NULL,
    issued_by VARCHAR NOT NULL,
    valid_until DATE,
    redeemed_on DATE,
    claim_id INTEGER,
    CONSTRAINT pk_instrument PRIMARY KEY (id),
    CONSTRAINT uq_instrument_city_number UNIQUE (city, number),
    CONSTRAINT ck_instrument_kind CHECK (kind IN ('voucher', 'credit')),
    CONSTRAINT fk_instrument_person_id_person FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT uq_instrument_claim_id UNIQUE (claim_id),
    CONSTRAINT fk_instrument_claim_id_claim FOREIGN KEY(claim_id) REFERENCES claim (id)
);

CREATE INDEX ix_instrument_person_id ON instrument (person_id);

CREATE TABLE ledger_entry (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    fund VARCHAR NOT NULL,
    area_id INTEGER NOT NULL,
    claim_id INTEGER NOT NULL,
    claim_version INTEGER NOT NULL,
    debit VARCHAR NOT NULL,
    credit VARCHAR NOT NULL,
    amount_fen INTEGER NOT NULL,
    effective_on DATE NOT NULL,
    recorded_at BIGINT NOT NULL,
    CONSTRAINT pk_ledger_entry PRIMARY KEY (id),
    CONSTRAINT ck_ledger_entry_two_sides CHECK (debit <> credit),
    CONSTRAINT ck_ledger_entry_positive CHECK (amount_fen > 0),
    CONSTRAINT ck_ledger_entry_debit CHECK (debit IN ('budget', 'reserved', 'approved', 'ordered', 'paid', 'returned', 'recovered')),
    CONSTRAINT ck_ledger_entry_credit CHECK (credit IN ('budget', 'reserved', 'approved', 'ordered', 'paid', 'returned', 'recovered')),
    CONSTRAINT fk_ledger_entry_claim_id_claim FOREIGN KEY(claim_id) REFERENCES claim (id)
);

CREATE INDEX ix_ledger_entry_claim ON ledger_entry (claim_id, id);

CREATE TABLE notice_line (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    notice_id INTEGER NOT NULL,
    claim_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    masked_name VARCHAR NOT NULL,
    masked_id VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    level VARCHAR NOT NULL,
    amount_fen BIGINT DEFAULT '0' NOT NULL,
    payee VARCHAR NOT NULL,
    last_day DATE NOT NULL,
    corrected_on DATE,
    status VARCHAR NOT NULL,
    CONSTRAINT pk_notice_line PRIMARY KEY (id),
    CONSTRAINT uq_notice_line_notice_id_claim_id UNIQUE (notice_id, claim_id),
    CONSTRAINT fk_notice_line_notice_id_public_notice FOREIGN KEY(notice_id) REFERENCES public_notice (id),
    CONSTRAINT fk_notice_line_claim_id_claim FOREIGN KEY(claim_id) REFERENCES claim (id)
);

CREATE INDEX ix_notice_line_claim_id ON notice_line (claim_id);

CREATE TABLE objection (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    receipt VARCHAR NOT NULL,
    notice_id INTEGER NOT NULL,
    claim_id INTEGER NOT NULL,
    received_at DATETIME NOT NULL,
    received_on DATE NOT NULL,
    channel VARCHAR NOT NULL,
    words_sealed BLOB NOT NULL,
    contact_sealed BLOB,
    key_version INTEGER NOT NULL,
    settle_by DATE,
    outcome VARCHAR NOT NULL,
    reasons VARCHAR NOT NULL,
    decided_by VARCHAR NOT NULL,
    decided_on DATE,
    CONSTRAINT pk_objection PRIMARY KEY (id),
    CONSTRAINT uq_objection_city_receipt UNIQUE (city, receipt),
    CONSTRAINT fk_objection_notice_id_public_notice FOREIGN KEY(notice_id) REFERENCES public_notice (id),
    CONSTRAINT fk_objection_claim_id_claim FOREIGN KEY(claim_id) REFERENCES claim (id)
);

CREATE INDEX ix_objection_claim ON objection (claim_id);

CREATE TABLE payment_item (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    line_id INTEGER NOT NULL,
    claim_id INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL,
    value_date DATE,
    status VARCHAR NOT NULL,
    facts_hash VARCHAR NOT NULL,
    CONSTRAINT pk_payment_item PRIMARY KEY (id),
    CONSTRAINT ck_payment_item_status CHECK (status IN ('built', 'ordered', 'paid', 'returned', 'dissolved')),
    CONSTRAINT ck_payment_item_positive CHECK (amount_fen > 0),
    CONSTRAINT fk_payment_item_line_id_payment_line FOREIGN KEY(line_id) REFERENCES payment_line (id),
    CONSTRAINT fk_payment_item_claim_id_claim FOREIGN KEY(claim_id) REFERENCES claim (id)
);

CREATE INDEX ix_payment_item_line_id ON payment_item (line_id);

CREATE UNIQUE INDEX uq_payment_item_live_claim ON payment_item (claim_id) WHERE status <> 'returned' AND status <> 'dissolved';

CREATE TABLE register_answer (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    person_id INTEGER NOT NULL,
    claim_id INTEGER,
    register_name VARCHAR NOT NULL,
    answer VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    asked_on DATE NOT NULL,
    asked_by VARCHAR NOT NULL,
    CONSTRAINT pk_register_answer PRIMARY KEY (id),
    CONSTRAINT ck_register_answer_answer CHECK (answer IN ('found', 'not_found', 'mismatch', 'unavailable')),
    CONSTRAINT fk_register_answer_person_id_person FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_register_answer_claim_id_claim FOREIGN KEY(claim_id) REFERENCES claim (id)
);

CREATE INDEX ix_register_answer_person ON register_answer (person_id, id);

CREATE TABLE review_act (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    claim_id INTEGER NOT NULL,
    level INTEGER NOT NULL,
    act VARCHAR NOT NULL,
    actor VARCHAR NOT NULL,
    acted_on DATE NOT NULL,
    note VARCHAR NOT NULL,
    claim_version INTEGER NOT NULL,
    CONSTRAINT pk_review_act PRIMARY KEY (id),
    CONSTRAINT fk_review_act_claim_id_claim FOREIGN KEY(claim_id) REFERENCES claim (id)
);

CREATE INDEX ix_review_act_claim ON review_act (claim_id, id);

CREATE TABLE ticket (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    area_id INTEGER NOT NULL,
    queue VARCHAR NOT NULL,
    code VARCHAR NOT NULL,
    claim_id INTEGER,
    class_id INTEGER,
    blocks BOOLEAN NOT NULL,
    opened_on DATE NOT NULL,
    due_on DATE NOT NULL,
    facts VARCHAR NOT NULL,
    clause VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    owner VARCHAR NOT NULL,
    override_by VARCHAR NOT NULL,
    override_reason VARCHAR NOT NULL,
    closed_on DATE,
    outcome VARCHAR NOT NULL,
    opened_at DATETIME NOT NULL,
    CONSTRAINT pk_ticket PRIMARY KEY (id),
    CONSTRAINT ck_ticket_state CHECK (state IN ('opened', 'assigned', 'override_asked', 'resolved', 'overridden')),
    CONSTRAINT fk_ticket_claim_id_claim FOREIGN KEY(claim_id) REFERENCES claim (id),
    CONSTRAINT fk_ticket_class_id_training_class FOREIGN KEY(class_id) REFERENCES training_class (id)
);

CREATE INDEX ix_ticket_of_class ON ticket (class_id, code) WHERE claim_id IS NULL AND class_id IS NOT NULL;

CREATE INDEX ix_ticket_open ON ticket (queue, area_id, due_on) WHERE state IN ('opened', 'assigned', 'override_asked');

CREATE INDEX ix_ticket_subject ON ticket (claim_id, code);

CREATE TABLE assessment (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    enrolment_id INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    sat_on DATE NOT NULL,
    result VARCHAR NOT NULL,
    theory VARCHAR NOT NULL,
    practice VARCHAR NOT NULL,
    entered_by VARCHAR NOT NULL,
    CONSTRAINT pk_assessment PRIMARY KEY (id),
    CONSTRAINT uq_assessment_enrolment_id_attempt UNIQUE (enrolment_id, attempt),
    CONSTRAINT fk_assessment_enrolment_id_enrolment FOREIGN KEY(enrolment_id) REFERENCES enrolment (id)
);

CREATE TABLE attendance (
    enrolment_id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    days VARCHAR NOT NULL,
    day_count INTEGER NOT NULL,
    entered_by VARCHAR NOT NULL,
    entered_at DATETIME NOT NULL,
    CONSTRAINT pk_attendance PRIMARY KEY (enrolment_id),
    CONSTRAINT fk_attendance_enrolment_id_enrolment FOREIGN KEY(enrolment_id) REFERENCES enrolment (id)
);

CREATE TABLE certificate (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    enrolment_id INTEGER,
    line_id INTEGER,
    person_id INTEGER NOT NULL,
    number VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    level VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    issuer VARCHAR NOT NULL,
    issued_on DATE NOT NULL,
    registered_on DATE,
    registered_by VARCHAR NOT NULL,
    CONSTRAINT pk_certificate PRIMARY KEY (id),
    CONSTRAINT uq_certificate_city_kind_number UNIQUE (city, kind, number),
    CONSTRAINT fk_certificate_enrolment_id_enrolment FOREIGN KEY(enrolment_id) REFERENCES enrolment (id),
    CONSTRAINT fk_certificate_line_id_application_line FOREIGN KEY(line_id) REFERENCES application_line (id),
    CONSTRAINT fk_certificate_person_id_person FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE INDEX ix_certificate_enrolment ON certificate (enrolment_id);

CREATE INDEX ix_certificate_line_id ON certificate (line_id);

CREATE INDEX ix_certificate_person_id ON certificate (person_id);

CREATE TABLE clock_entry (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    deadline_id INTEGER NOT NULL,
    entry VARCHAR NOT NULL,
    "on" DATE NOT NULL,
    due_before DATE NOT NULL,
    due_after DATE NOT NULL,
    actor VARCHAR NOT NULL,
    second_person VARCHAR NOT NULL,
    clause VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    CONSTRAINT pk_clock_entry PRIMARY KEY (id),
    CONSTRAINT fk_clock_entry_deadline_id_deadline FOREIGN KEY(deadline_id) REFERENCES deadline (id)
);

CREATE INDEX ix_clock_entry_deadline_id ON clock_entry (deadline_id);

CREATE TABLE recovery_instalment (
    id INTEGER NOT NULL,
    city VARCHAR NOT NULL,
    claim_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL,
    due_on DATE NOT NULL,
    received_on DATE,
    status VARCHAR NOT NULL,
    cause VARCHAR NOT NULL,
    deadline_id INTEGER,
    planned_by VARCHAR NOT NULL,
    planned_on DATE NOT NULL,
    decision VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    reference VARCHAR NOT NULL,
    CONSTRAINT pk_recovery_instalment PRIMARY KEY (id),
    CONSTRAINT uq_recovery_instalment_claim_id_position UNIQUE (claim_id, position),
    CONSTRAINT ck_recovery_instalment_positive CHECK (amount_fen > 0),
    CONSTRAINT ck_recovery_instalment_status CHECK (status IN ('planned', 'received', 'replaced')),
    CONSTRAINT ck_recovery_instalment_cause CHECK (cause IN ('mistake', 'violation')),
    CONSTRAINT fk_recovery_instalment_claim_id_claim FOREIGN KEY(claim_id) REFERENCES claim (id),
    CONSTRAINT fk_recovery_instalment_deadline_id_deadline FOREIGN KEY(deadline_id) REFERENCES deadline (id)
);
