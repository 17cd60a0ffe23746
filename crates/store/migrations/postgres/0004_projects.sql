-- What a project is set to, live and test each.
create table project_settings (
    project uuid not null references projects (id) on delete cascade,
    mode text not null,
    org uuid not null,
    default_agent uuid references agents (id) on delete set null,
    most_sessions bigint,
    primary key (project, mode)
);

-- Counts the changes of an agent.
alter table agents add column version bigint not null default 1;

-- Values sealed beside agents.
create table agent_seals (
    id uuid not null primary key,
    org uuid not null references orgs (id),
    mode text not null,
    agent uuid not null references agents (id) on delete cascade,
    sealed bytea not null,
    created_at bigint not null
);
create index agent_seals_of_agent on agent_seals (agent);

-- Short-lived tokens that stand for a key: for a project, one agent, or sessions opened from named web pages.
create table access_tokens (
    hash bytea not null primary key,
    org uuid not null references orgs (id),
    mode text not null,
    project uuid not null references projects (id) on delete cascade,
    agent uuid references agents (id) on delete cascade,
    label text,
    origins text not null,
    minted_by uuid not null,
    created_at bigint not null,
    expires_at bigint not null
);
create index access_tokens_by_expiry on access_tokens (expires_at);
