//! The checks that need more than the draft itself: addresses against the egress policy.

use hookswitch_egress::Refusal;
use hookswitch_model::Findings;
use hookswitch_model::definition::{Definition, ToolKind};
use hookswitch_model::draft::ToolDraft;

use crate::Registry;
use crate::error::RegistryError;

impl Registry {
    /// Checks a draft as saving it would: the definition with its warnings, or all findings.
    pub fn check(&self, draft: &ToolDraft) -> Result<(Definition, Findings), RegistryError> {
        let (definition, mut findings) = draft.parse();
        self.check_addresses(draft, definition.as_ref(), &mut findings);
        match definition {
            Some(definition) if !findings.has_errors() => Ok((definition, findings)),
            _ => Err(RegistryError::Invalid(findings)),
        }
    }

    /// Whether a URL may be plain http where a contract wants https: the operator's list names its host.
    pub fn admits_plain_http(&self, url: &str) -> bool {
        let base = without_user_info(base_of(url));
        self.check_https_url(&base).is_ok()
    }

    /// Whether a URL may be registered where only https will do; an `Err` says why not. Hosts that the operator's
    /// allow-list names may be plain http.
    pub fn check_https_url(&self, url: &str) -> Result<(), String> {
        self.inner.egress.policy().check_https_url(url).map(drop).map_err(|refusal| {
            tracing::info!(hint = refusal.operator_hint(), "address refused at registration");
            refusal.class().to_string()
        })
    }

    /// Advice only: the address that is dialled is checked again at each call (security: S32).
    fn check_addresses(&self, draft: &ToolDraft, definition: Option<&Definition>, findings: &mut Findings) {
        let policy = self.inner.egress.policy();
        let parsed_url = definition.and_then(|definition| match &definition.kind {
            ToolKind::Webhook(plan) => plan.url.as_ref()?.base().map(without_user_info),
            _ => None,
        });
        // Where secrets stand in the host, only the call can tell where it leads.
        let is_open = definition.is_some_and(|definition| match &definition.kind {
            ToolKind::Webhook(plan) => plan.url.as_ref().is_none_or(|url| url.base().is_none()),
            _ => false,
        });
        let written = draft.webhook.as_ref().filter(|webhook| !webhook.lacks_url());
        // A draft with errors elsewhere still gets its address checked: all findings at once.
        let url = parsed_url.or_else(|| written.map(|webhook| without_user_info(base_of(&webhook.url))));
        if let Some(url) = url.filter(|_| !is_open) {
            note("$.webhook.url", policy.check_url(&url), findings);
        }
        if draft.webhook.as_ref().is_some_and(|webhook| !webhook.verify_tls)
            && let Err(refusal) = policy.check_insecure_tls()
        {
            findings.error("$.webhook.verify_tls", "insecure_tls", refusal.tenant_message());
        }
        if let Some(url) = draft.lambda.as_ref().and_then(|lambda| lambda.endpoint_url.as_ref()) {
            note("$.lambda.endpoint_url", policy.check_url(url), findings);
        }
    }
}

/// The base of a URL as it is dialled. Where a definition may hold user info, it is sent as a header.
fn without_user_info(base: &str) -> String {
    match (base.find("://"), base.rfind('@')) {
        (Some(start), Some(at)) => format!("{}{}", &base[..start + 3], &base[at + 1..]),
        _ => base.to_owned(),
    }
}

fn note<T>(path: &str, checked: Result<T, Refusal>, findings: &mut Findings) {
    if let Err(refusal) = checked
        && !findings.iter().any(|finding| finding.path == path)
    {
        tracing::info!(hint = refusal.operator_hint(), "address refused at registration");
        findings.error(path, "address_refused", refusal.tenant_message());
    }
}

/// Scheme and authority of a URL as text, without its path.
fn base_of(url: &str) -> &str {
    let Some(start) = url.find("://").map(|at| at + 3) else { return url };
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |at| start + at);
    &url[..end]
}
