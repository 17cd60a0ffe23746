//! A tool as the sandbox sees it, and one call of it.

use std::time::Duration;

use crate::settings::SetName;

/// Whose tool it is. Tenants never share a process, a network or a folder.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TenantId(pub String);

/// A tool's id, unique within its tenant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ToolId(pub String);

/// What a call may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Network {
    /// Nothing: no socket can be opened.
    None,
    /// The egress port of [`crate::EgressPort`], as an HTTP proxy.
    Proxy,
}

/// Everything that a process must know before its call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolSpec {
    /// Owner.
    pub tenant: TenantId,
    /// Id; any text, it names nothing outside this process.
    pub tool: ToolId,
    /// Anything that changes when code, secrets or settings do. A call is never served by a spare of another version.
    pub version: String,
    /// Shown in tracebacks as the source's file name.
    pub name: String,
    /// Python source.
    pub code: String,
    /// Names that the entry function may have, best first: the tool's own, the model's.
    pub entries: Vec<String>,
    /// Names of the declared parameters.
    pub parameters: Vec<String>,
    /// Modules that the tool's own code may import; `None` for all.
    pub allowed_modules: Option<Vec<String>>,
    /// What a call may allocate on top of the preloaded interpreter, MiB, 1 to 1,024.
    pub max_memory_mib: u32,
    /// Longest call. CPU time is limited to a second more.
    pub timeout: Duration,
    /// Packages that it can import.
    pub set: SetName,
    /// What it may reach.
    pub network: Network,
}

/// Where a tool begins (contract: entry point). Told with the result, for rules that differ by form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A `return` outside any function: the source is a body.
    Body,
    /// `execute_tool(parameters, context)`.
    ExecuteTool,
    /// A function with one of the given names.
    Named,
    /// The only public function.
    Only,
    /// The last of several.
    Last,
}

impl ToolSpec {
    /// Refuses what no process could run.
    pub(crate) fn check(&self, longest: usize) -> Result<(), crate::SandboxError> {
        let bad = crate::SandboxError::BadTool;
        if !(1..=1024).contains(&self.max_memory_mib) {
            return Err(bad("memory must be 1 to 1,024 MiB"));
        }
        if self.timeout.is_zero() || self.timeout > Duration::from_mins(15) {
            return Err(bad("the timeout must be above 0 and at most 900 seconds"));
        }
        if self.code.len() > longest {
            return Err(bad("the code is too long"));
        }
        let names = self.entries.iter().chain(&self.parameters).chain(self.allowed_modules.iter().flatten());
        if self.code.contains('\0') || names.map(String::len).sum::<usize>() > longest {
            return Err(bad("the code holds a NUL, or its names are too long"));
        }
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn spec(tool: &str, code: &str) -> ToolSpec {
        ToolSpec {
            tenant: TenantId("t".to_owned()),
            tool: ToolId(tool.to_owned()),
            version: "1".to_owned(),
            name: tool.to_owned(),
            code: code.to_owned(),
            entries: vec![tool.to_owned()],
            parameters: Vec::new(),
            allowed_modules: None,
            max_memory_mib: 128,
            timeout: Duration::from_secs(5),
            set: SetName::stdlib(),
            network: Network::None,
        }
    }

    #[test]
    fn what_no_process_could_run_is_refused() {
        assert!(spec("a", "x = 1").check(100).is_ok());
        assert!(spec("a", &"x".repeat(101)).check(100).is_err());
        assert!(spec("a", "\0").check(100).is_err());
        assert!(ToolSpec { max_memory_mib: 0, ..spec("a", "") }.check(100).is_err());
        assert!(ToolSpec { max_memory_mib: 2048, ..spec("a", "") }.check(100).is_err());
        assert!(ToolSpec { timeout: Duration::ZERO, ..spec("a", "") }.check(100).is_err());
    }
}
