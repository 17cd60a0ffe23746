-- Tenants.
create table orgs (
    number integer primary key autoincrement,
    id blob not null unique,
    name text not null,
    created_at bigint not null
);

create table projects (
    id blob not null primary key,
    org blob not null references orgs (id),
    name text not null,
    created_at bigint not null,
    unique (org, name)
);

create table api_keys (
    id blob not null primary key,
    org blob not null references orgs (id),
    project blob not null references projects (id),
    mode text not null,
    name text not null,
    hint text not null,
    permissions text not null,
    hash blob not null unique,
    created_at bigint not null,
    expires_at bigint,
    revoked_at bigint
);
create index api_keys_of_org on api_keys (org, created_at, id);

-- Definitions.
create table tools (
    number integer primary key autoincrement,
    id blob not null unique,
    org blob not null references orgs (id),
    mode text not null,
    project blob not null references projects (id),
    name text not null,
    kind text not null,
    dialect text not null,
    enabled boolean not null,
    version bigint not null,
    search_text text not null,
    created_at bigint not null,
    updated_at bigint not null,
    unique (org, mode, name)
);
create index tools_of_tenant on tools (org, mode, number);
create index tools_of_project on tools (project, mode, number);

create table tool_versions (
    tool blob not null references tools (id) on delete cascade,
    version bigint not null,
    draft text not null,
    saved_by blob,
    saved_at bigint not null,
    primary key (tool, version)
);

create table tool_tags (
    tool blob not null references tools (id) on delete cascade,
    tag text not null,
    org blob not null,
    mode text not null,
    primary key (tool, tag)
);
create index tool_tags_by_tag on tool_tags (org, mode, tag);

create table agents (
    number integer primary key autoincrement,
    id blob not null unique,
    org blob not null references orgs (id),
    mode text not null,
    project blob not null references projects (id),
    name text not null,
    draft text not null,
    created_at bigint not null,
    updated_at bigint not null,
    unique (project, mode, name)
);
create index agents_of_tenant on agents (org, mode, number);

create table bindings (
    agent blob not null references agents (id) on delete cascade,
    tool blob not null references tools (id) on delete cascade,
    position bigint not null,
    enabled boolean not null,
    config text not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (agent, tool)
);
create index bindings_of_tool on bindings (tool, agent);

-- Sealed values.
create table seals (
    id blob not null primary key,
    org blob not null references orgs (id),
    mode text not null,
    tool blob not null references tools (id) on delete cascade,
    agent blob references agents (id) on delete cascade,
    purpose text not null,
    sealed blob not null,
    created_at bigint not null,
    updated_at bigint not null
);
create index seals_of_tool on seals (tool, agent);
create index seals_of_agent on seals (agent) where agent is not null;

create table signing_keys (
    tool blob not null references tools (id) on delete cascade,
    number bigint not null,
    org blob not null,
    mode text not null,
    sealed blob not null,
    created_at bigint not null,
    expires_at bigint,
    primary key (tool, number)
);

create table secrets (
    id blob not null primary key,
    org blob not null references orgs (id),
    mode text not null,
    name text not null,
    name_key text not null,
    fingerprint text not null,
    sealed blob not null,
    created_at bigint not null,
    updated_at bigint not null,
    last_used_at bigint,
    unique (org, mode, name_key)
);
create index secrets_of_tenant on secrets (org, mode, created_at, id);

-- Sessions and their ledger. No foreign keys here: a record outlives what it tells about.
create table sessions (
    number integer primary key autoincrement,
    id blob not null unique,
    org blob not null,
    mode text not null,
    project blob not null,
    agent blob,
    channel text not null,
    system text not null,
    variables text not null,
    tools text not null,
    metadata text not null,
    created_at bigint not null,
    ended_at bigint,
    end_reason text,
    erased_at bigint,
    epoch bigint not null,
    node blob not null,
    lease_until bigint not null
);
create index sessions_of_tenant on sessions (org, mode, created_at, id);
create index sessions_open on sessions (lease_until) where ended_at is null;
create index sessions_ended on sessions (ended_at) where ended_at is not null;

create table acts (
    id blob not null primary key,
    session blob not null,
    tool blob not null,
    act_key blob not null,
    effect text not null,
    state text not null,
    execution blob not null,
    told text,
    epoch bigint not null,
    created_at bigint not null,
    settled_at bigint,
    told_at bigint,
    tool_call_id text,
    caller_key text
);
create index acts_of_session on acts (session, id);
create index acts_with_payload on acts (created_at) where told is not null;

create table executions (
    id blob not null primary key,
    org blob not null,
    mode text not null,
    session blob,
    agent blob,
    tool blob,
    tool_version bigint,
    tool_name text not null,
    tool_call_id text not null,
    act blob,
    outcome text,
    timed_out boolean not null,
    test boolean not null,
    counted boolean not null,
    error text,
    detail text,
    queue_us bigint not null,
    total_us bigint not null,
    created_at bigint not null,
    ended_at bigint
);
create index executions_of_tenant on executions (org, mode, created_at, id);
create index executions_of_session on executions (session, created_at, id) where session is not null;
create index executions_of_tool on executions (tool, created_at, id) where tool is not null;
create index executions_with_payload on executions (created_at) where detail is not null;

create table events (
    session blob not null,
    seq bigint not null,
    at bigint not null,
    kind text not null,
    data text,
    primary key (session, seq)
);
create index events_with_payload on events (at) where data is not null;

-- Counters: one row for a tool (agent all zeros) and one for each of its bindings.
create table call_stats (
    tool blob not null,
    agent blob not null,
    org blob not null,
    mode text not null,
    calls bigint not null,
    done bigint not null,
    failed bigint not null,
    unknown bigint not null,
    refused bigint not null,
    timed_out bigint not null,
    total_us bigint not null,
    last_at_us bigint not null,
    primary key (tool, agent)
);

-- Answers kept for the same Idempotency-Key.
create table answers (
    org blob not null,
    mode text not null,
    key_hash blob not null,
    route text not null,
    body_hash blob not null,
    status bigint,
    sealed blob,
    claimed_until bigint not null,
    expires_at bigint not null,
    primary key (org, mode, key_hash)
);
create index answers_by_expiry on answers (expires_at);
