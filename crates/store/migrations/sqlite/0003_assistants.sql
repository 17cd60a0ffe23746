-- What a binding changes in the definition of its tool.
alter table bindings add column changes text;

-- Phone numbers that lead to an agent: each to one in an organisation and mode.
create table agent_phone_numbers (
    org blob not null references orgs (id),
    mode text not null,
    phone_number text not null,
    agent blob not null references agents (id) on delete cascade,
    position bigint not null,
    primary key (org, mode, phone_number)
);
create index agent_phone_numbers_of_agent on agent_phone_numbers (agent, position);
