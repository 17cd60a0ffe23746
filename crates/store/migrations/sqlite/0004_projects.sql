-- What a project is set to, live and test each.
create table project_settings (
    project blob not null references projects (id) on delete cascade,
    mode text not null,
    org blob not null,
    default_agent blob references agents (id) on delete set null,
    most_sessions bigint,
    primary key (project, mode)
);

-- Counts the changes of an agent.
alter table agents add column version bigint not null default 1;

-- Values sealed beside agents.
create table agent_seals (
    id blob not null primary key,
    org blob not null references orgs (id),
    mode text not null,
    agent blob not null references agents (id) on delete cascade,
    sealed blob not null,
    created_at bigint not null
);
create index agent_seals_of_agent on agent_seals (agent);

-- Short-lived tokens that stand for a key: for a project, one agent, or sessions opened from named web pages.
create table access_tokens (
    hash blob not null primary key,
    org blob not null references orgs (id),
    mode text not null,
    project blob not null references projects (id) on delete cascade,
    agent blob references agents (id) on delete cascade,
    label text,
    origins text not null,
    minted_by blob not null,
    created_at bigint not null,
    expires_at bigint not null
);
create index access_tokens_by_expiry on access_tokens (expires_at);
