//! Prepared forms of what a tool does: everything parsed, nothing left to look up but values.

use std::collections::BTreeSet;
use std::time::Duration;

use hookswitch_template::{CaseRule, HeaderTemplate, JsonTemplate, Path, Segment, Syntax, Text, UrlTemplate};
use http::{HeaderName, Method};
use serde_json::{Map, Value};

use crate::draft::{
    EmptyAnswer, ErrorWords, NameRule, Namespace, QueryLists, RedirectPolicy, SignatureScheme, Success,
    TextAnswer, UnsetRule, VariableSyntax,
};
use crate::id::SealId;
use crate::parameter::Place;

/// An HTTP request, prepared. Executors run it and know no vendor.
#[derive(Debug, Clone)]
pub struct RequestPlan {
    /// Method.
    pub method: Method,
    /// URL; its base holds no variables, unless secrets may stand in it. None yet: nothing is sent.
    pub url: Option<UrlTemplate>,
    /// Whether user info in the URL is sent as `Authorization: Basic`; else such a URL is refused.
    pub may_have_user_info: bool,
    /// Sealed values that templates name like secrets, by name in lower case.
    pub own_secrets: Vec<(String, SealId)>,
    /// Headers in the order in which they were written.
    pub headers: Vec<HeaderPlan>,
    /// Query parameters appended to the URL's own, in the order in which they were written.
    pub query: Vec<(String, JsonTemplate)>,
    /// Body.
    pub body: BodyPlan,
    /// Members that a JSON body has besides in a trial.
    pub trial_members: Map<String, Value>,
    /// Parameters that go to a place by themselves.
    pub placed: Vec<PlacedParameter>,
    /// Where the arguments go that neither a list of parameters nor a template places.
    pub rest: Option<Rest>,
    /// How an array becomes query parameters.
    pub query_lists: QueryLists,
    /// How variables are resolved.
    pub names: NameRule,
    /// Which redirects are followed.
    pub redirects: RedirectPolicy,
    /// Whether the server's certificate is checked.
    pub verify_tls: bool,
    /// How the request is signed.
    pub signature: SignatureScheme,
    /// The header of a timestamped signature, besides.
    pub timestamped_signature: Option<HeaderName>,
    /// What a variable without a value does.
    pub unset: UnsetRule,
    /// Arguments that the definition declares; in order of their names.
    pub declared: BTreeSet<String>,
    /// How the answer is read.
    pub answer: AnswerPlan,
}

/// Arguments without a place of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rest {
    /// Query or body.
    pub place: Place,
    /// Arguments that a template has used already.
    pub except: BTreeSet<String>,
}

/// How an answer is read.
#[derive(Debug, Clone, Default)]
pub struct AnswerPlan {
    /// Which answers are a success.
    pub success: Success,
    /// What a success without a body means.
    pub empty: EmptyAnswer,
    /// What a body that is no JSON becomes.
    pub text: TextAnswer,
    /// Where the words of a failure are found.
    pub error: ErrorWords,
    /// Members of the result and where they are found in the answer.
    pub mapping: Vec<(String, Path)>,
}

/// One header.
#[derive(Debug, Clone)]
pub struct HeaderPlan {
    /// Its name.
    pub name: HeaderName,
    /// Its value.
    pub value: HeaderValuePlan,
}

/// Where a header's value comes from.
#[derive(Debug, Clone)]
pub enum HeaderValuePlan {
    /// A template.
    Template(HeaderTemplate),
    /// A literal, sealed beside the definition.
    Sealed(SealId),
    /// A template with literal secrets in it, sealed beside the definition, and the variables that it names.
    SealedTemplate(SealId, Vec<Path>),
    /// A literal of a definition that was not saved.
    Literal(String),
}

/// The body.
#[derive(Debug, Clone)]
pub enum BodyPlan {
    /// No template: a JSON object of the parameters whose place is the body, if there are any.
    None,
    /// A JSON template.
    Json(JsonTemplate),
    /// A text template.
    Text(Text),
}

/// A parameter that goes into query, header or body under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedParameter {
    /// The argument.
    pub name: String,
    /// Where it goes.
    pub place: Place,
    /// Its name there.
    pub send_as: String,
}

/// Where a variable is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'a> {
    /// In one namespace, after its prefix.
    In(Namespace),
    /// In these, in order, with all its segments.
    Bare(&'a [Namespace]),
}

impl NameRule {
    /// Where the variable of a path is looked for.
    pub fn target(&self, path: &Path) -> Target<'_> {
        let is_prefix = |prefix: &str| {
            if self.case_blind { prefix.eq_ignore_ascii_case(path.root()) } else { prefix == path.root() }
        };
        match self.prefixes.iter().find(|(prefix, _)| is_prefix(prefix)) {
            Some((_, namespace)) if path.segments().len() > 1 || self.is_whole(*namespace) => {
                Target::In(*namespace)
            }
            _ => Target::Bare(&self.bare),
        }
    }

    /// Whether a prefix alone means all that is behind it. Where no bare name is looked up it can't mean anything
    /// else; secrets are only named one by one.
    fn is_whole(&self, namespace: Namespace) -> bool {
        namespace == Namespace::Input || self.bare.is_empty() && namespace != Namespace::Secret
    }

    /// The argument that a path names, if it can mean one. Empty for the whole of the arguments.
    pub fn argument_of<'a>(&self, path: &'a Path) -> Option<&'a str> {
        match self.target(path) {
            Target::In(Namespace::Input) => match path.segments().get(1) {
                Some(Segment::Key(name)) => Some(name),
                _ => Some(""),
            },
            Target::Bare(places) if places.contains(&Namespace::Input) => Some(path.root()),
            _ => None,
        }
    }

    /// The name of the secret that a path names, if it can mean one.
    pub fn secret_of<'a>(&self, path: &'a Path) -> Option<&'a str> {
        match self.target(path) {
            Target::In(Namespace::Secret) => path.text_from(1),
            Target::Bare(places) if places.contains(&Namespace::Secret) => Some(path.text()),
            _ => None,
        }
    }

    /// The value of the session that a name means, when it is another name for one.
    pub fn system_name(&self, text: &str) -> Option<&str> {
        self.meanings(text).next()
    }

    /// All values of the session that a name may mean: the first that is there counts.
    pub fn meanings<'a, 't>(&'a self, text: &'t str) -> impl Iterator<Item = &'a str> + use<'a, 't> {
        let same =
            move |name: &str| if self.case_blind { name.eq_ignore_ascii_case(text) } else { name == text };
        let named = self.system_names.iter().filter(move |(name, _)| same(name));
        named.map(|(_, value)| value.as_str())
    }

    /// How names are compared.
    pub const fn case(&self) -> CaseRule {
        if self.case_blind { CaseRule::Blind } else { CaseRule::Exact }
    }

    /// The brackets in bodies, headers and texts.
    pub fn text_syntax(&self) -> Syntax {
        self.syntax.into()
    }

    /// The brackets in URLs.
    pub fn url_syntax(&self) -> Syntax {
        self.url_syntax.unwrap_or(self.syntax).into()
    }
}

impl From<VariableSyntax> for Syntax {
    fn from(syntax: VariableSyntax) -> Self {
        match syntax {
            VariableSyntax::Braces => Self::Braces,
            VariableSyntax::Dollar => Self::Dollar,
            VariableSyntax::Single => Self::SingleBrace,
        }
    }
}

impl RequestPlan {
    /// Every variable that its templates name.
    pub fn variables(&self) -> Vec<&Path> {
        let mut paths: Vec<&Path> = self.url.iter().flat_map(UrlTemplate::paths).collect();
        for header in &self.headers {
            match &header.value {
                HeaderValuePlan::Template(template) => paths.extend(template.paths()),
                HeaderValuePlan::SealedTemplate(_, named) => paths.extend(named),
                HeaderValuePlan::Sealed(_) | HeaderValuePlan::Literal(_) => {}
            }
        }
        for (_, template) in &self.query {
            paths.extend(template.paths());
        }
        match &self.body {
            BodyPlan::Json(template) => paths.extend(template.paths()),
            BodyPlan::Text(template) => paths.extend(template.paths()),
            BodyPlan::None => {}
        }
        paths
    }

    /// The arguments that its templates name.
    pub fn named_arguments(&self) -> BTreeSet<&str> {
        (self.variables().into_iter()).filter_map(|path| self.names.argument_of(path)).collect()
    }

    /// The sealed values it needs.
    pub fn seals(&self) -> impl Iterator<Item = SealId> + '_ {
        let of_headers = self.headers.iter().filter_map(|header| match header.value {
            HeaderValuePlan::Sealed(seal) | HeaderValuePlan::SealedTemplate(seal, _) => Some(seal),
            HeaderValuePlan::Template(_) | HeaderValuePlan::Literal(_) => None,
        });
        of_headers.chain(self.own_secrets.iter().map(|(_, seal)| *seal))
    }
}

/// A lookup of our own catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostedFunction {
    /// The current date and time in a time zone.
    Datetime,
}

impl HostedFunction {
    /// The function of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        (name == "datetime").then_some(Self::Datetime)
    }
}

/// Budget of one call when the tool names none.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);
