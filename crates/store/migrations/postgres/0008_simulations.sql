-- Answers that stand in for the tools of a simulated session, as JSON.
alter table sessions add column mocks text;
