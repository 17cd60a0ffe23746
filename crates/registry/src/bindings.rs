//! Tools attached to agents with their settings.

use hookswitch_model::binding::{Binding, sealed_reference};
use hookswitch_model::config_schema::ConfigSchema;
use hookswitch_model::{AgentId, Findings, Scope, Stamp, ToolId};
use serde_json::{Map, Value};

use crate::Registry;
use crate::error::RegistryError;
use crate::reveal::redact_config;

/// Most tools of one agent.
pub(crate) const MOST_BINDINGS: usize = 128;

/// A binding as somebody writes it.
#[derive(Debug, Clone)]
pub struct NewBinding {
    /// The tool.
    pub tool: ToolId,
    /// Whether it is offered.
    pub enabled: bool,
    /// Its settings.
    pub config: Map<String, Value>,
}

impl Registry {
    /// Binds a tool to an agent, or changes the binding.
    pub async fn put_binding(
        &self,
        scope: Scope,
        agent: AgentId,
        new: NewBinding,
    ) -> Result<Binding, RegistryError> {
        self.get_agent(scope, agent).await?;
        let stored = self.inner.store.list_bindings(scope, agent).await?;
        let is_known = stored.iter().any(|binding| binding.tool == new.tool);
        if !is_known && stored.len() >= MOST_BINDINGS {
            return Err(RegistryError::finding("$", "too_many", format!("at most {MOST_BINDINGS} tools")));
        }
        let (binding, seals) = self.prepare_binding(scope, agent, new, &stored, "$").await?;
        self.inner.store.put_binding(scope, &binding, seals).await.map_err(RegistryError::absent("tool"))
    }

    /// Replaces all bindings of an agent, or none on any error.
    pub async fn replace_bindings(
        &self,
        scope: Scope,
        agent: AgentId,
        all: Vec<NewBinding>,
    ) -> Result<Vec<Binding>, RegistryError> {
        self.get_agent(scope, agent).await?;
        if all.len() > MOST_BINDINGS {
            return Err(RegistryError::finding("$", "too_many", format!("at most {MOST_BINDINGS} tools")));
        }
        let stored = self.inner.store.list_bindings(scope, agent).await?;
        let (mut bindings, mut seals) = (Vec::<Binding>::new(), Vec::new());
        for (index, new) in all.into_iter().enumerate() {
            if bindings.iter().any(|binding| binding.tool == new.tool) {
                let at = format!("$[{index}].tool_id");
                return Err(RegistryError::finding(&at, "duplicate_name", "the tool is there twice"));
            }
            let (binding, more) =
                self.prepare_binding(scope, agent, new, &stored, &format!("$[{index}]")).await?;
            seals.extend(more.into_iter().map(|seal| (binding.tool, seal)));
            bindings.push(binding);
        }
        self.inner
            .store
            .replace_bindings(scope, agent, bindings, seals)
            .await
            .map_err(RegistryError::absent("tool"))
    }

    pub(crate) async fn prepare_binding(
        &self,
        scope: Scope,
        agent: AgentId,
        mut new: NewBinding,
        stored: &[Binding],
        path: &str,
    ) -> Result<(Binding, Vec<hookswitch_store::NewSeal>), RegistryError> {
        let tool = self.get_tool(scope, new.tool).await?;
        if new.enabled {
            self.check_call_engine(&tool.draft, &format!("{path}.tool_id"))?;
        }
        let before = stored.iter().find(|binding| binding.tool == new.tool);
        let schema = tool.draft.config_schema.as_ref();
        let at = format!("{path}.config");
        check_size(&new.config, &at)?;
        let before_config = before.map(|binding| &binding.config);
        let seals = self.seal_config(scope, schema, &mut new.config, before_config, &at).await?;
        if new.enabled {
            check_config(schema, &new.config, &at)?;
        }
        let now = Stamp::now();
        let binding = Binding {
            agent,
            tool: new.tool,
            enabled: new.enabled,
            config: new.config,
            changes: before.map(|binding| binding.changes.clone()).unwrap_or_default(),
            created_at: before.map_or(now, |binding| binding.created_at),
            updated_at: now,
        };
        Ok((binding, seals))
    }

    /// The bindings of an agent.
    pub async fn list_bindings(&self, scope: Scope, agent: AgentId) -> Result<Vec<Binding>, RegistryError> {
        self.get_agent(scope, agent).await?;
        Ok(self.inner.store.list_bindings(scope, agent).await?)
    }

    /// Takes a tool from an agent.
    pub async fn delete_binding(
        &self,
        scope: Scope,
        agent: AgentId,
        tool: ToolId,
    ) -> Result<(), RegistryError> {
        self.inner.store.delete_binding(scope, agent, tool).await.map_err(RegistryError::absent("binding"))
    }

    /// Checks settings that come without a binding, with a session or a trial. Secret fields are for bindings,
    /// where they are sealed; a reference to a sealed value is nobody's to write.
    pub fn check_loose_config(
        schema: Option<&ConfigSchema>,
        config: &Map<String, Value>,
        path: &str,
    ) -> Result<(), RegistryError> {
        check_size(config, path)?;
        let is_secret = |key: &str| {
            schema
                .into_iter()
                .flat_map(|schema| &schema.fields)
                .any(|field| field.is_secret() && field.key == key)
        };
        let mut findings = Findings::default();
        for (key, value) in config {
            if sealed_reference(value).is_some() {
                let message = "a reference to a sealed value can't be written";
                findings.error(format!("{path}.{key}"), "invalid_value", message);
            } else if is_secret(key) {
                let message = "secret settings are set on a binding, where they are sealed";
                findings.error(format!("{path}.{key}"), "secret_in_clear", message);
            }
        }
        if findings.has_errors() { Err(RegistryError::Invalid(findings)) } else { Ok(()) }
    }

    /// A binding's config as it is shown.
    pub fn redact_config(schema: Option<&ConfigSchema>, config: &Map<String, Value>) -> Map<String, Value> {
        redact_config(schema, config)
    }
}

fn check_config(
    schema: Option<&ConfigSchema>,
    config: &Map<String, Value>,
    at: &str,
) -> Result<(), RegistryError> {
    let mut findings = Findings::default();
    if let Some(schema) = schema {
        schema.check_config(config, at, &mut findings);
    }
    if findings.has_errors() { Err(RegistryError::Invalid(findings)) } else { Ok(()) }
}

fn check_size(config: &Map<String, Value>, at: &str) -> Result<(), RegistryError> {
    let size = serde_json::to_string(config).map_or(0, |text| text.len());
    if size > 64 * 1024 {
        return Err(RegistryError::finding(at, "too_long", "at most 65536 bytes of JSON"));
    }
    Ok(())
}
