//! A definition as the sandbox wants it.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use hookswitch_model::definition::Definition;
use hookswitch_model::draft::{Network, PythonDraft};
use hookswitch_model::{Mode, OrgId, ToolId};
use hookswitch_sandbox::{self as sandbox, SetName, TenantId, ToolSpec};

/// Memory of tools that name none, MiB.
const MEMORY_MIB: u32 = 128;

/// A version of a Python tool.
#[derive(Debug, Clone, Copy)]
pub struct PythonTool<'d> {
    /// Whose it is.
    pub org: OrgId,
    /// Live and test tools share no process.
    pub mode: Mode,
    /// Its id.
    pub id: ToolId,
    /// Its version.
    pub version: u32,
    /// The definition around the code.
    pub definition: &'d Definition,
    /// The code with its settings.
    pub python: &'d PythonDraft,
    /// Longest call.
    pub timeout: Duration,
}

/// The sandbox's tenant of an organisation's mode.
pub fn tenant_of(org: OrgId, mode: Mode) -> TenantId {
    TenantId(format!("{org}/{}", mode.as_str()))
}

impl PythonTool<'_> {
    /// Its tenant.
    pub fn tenant(&self) -> TenantId {
        tenant_of(self.org, self.mode)
    }

    /// What a process must know before the call.
    pub(super) fn spec(&self, set: SetName) -> ToolSpec {
        let Self { definition, python, .. } = self;
        let declared = definition.arguments.declared().into_iter();
        let parameters: BTreeSet<String> =
            declared.chain(definition.fixed.iter().map(|fixed| fixed.name.clone())).collect();
        let mut entries = vec![definition.name.as_str().to_owned()];
        if definition.function != definition.name.as_str() {
            entries.push(definition.function.clone());
        }
        let mut spec = ToolSpec {
            tenant: self.tenant(),
            tool: sandbox::ToolId(self.id.to_string()),
            version: String::new(),
            name: definition.name.as_str().to_owned(),
            code: python.code.clone(),
            entries,
            parameters: parameters.into_iter().collect(),
            allowed_modules: (!python.allowed_modules.is_empty()).then(|| python.allowed_modules.clone()),
            max_memory_mib: python.max_memory_mb.unwrap_or(MEMORY_MIB),
            timeout: self.timeout,
            set,
            network: match python.network {
                Network::None => sandbox::Network::None,
                Network::Public => sandbox::Network::Proxy,
            },
        };
        spec.version = format!("{}-{:016x}", self.version, digest(&spec));
        spec
    }
}

/// Tells versions apart that a binding has changed. The sandbox compares the whole besides.
fn digest(spec: &ToolSpec) -> u64 {
    let mut hasher = DefaultHasher::new();
    let settings = (&spec.allowed_modules, spec.max_memory_mib, spec.timeout, &spec.set, spec.network);
    (&spec.name, &spec.code, &spec.entries, &spec.parameters, settings).hash(&mut hasher);
    hasher.finish()
}
