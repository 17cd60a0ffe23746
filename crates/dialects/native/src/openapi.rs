//! The OpenAPI 3.1 document: made of the routes, with the errors that every operation may answer put in once.

use utoipa::ToSchema;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Components, ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref, RefOr,
    Required, ResponseBuilder,
};

use crate::routes;
use crate::wire::ids;
use crate::wire::problem::{CODES, Problem, ProblemItem};

const ABOUT: &str = "The tool server for voice agents. A tool is defined once; a session calls it; every call is \
    checked, carried out at most once where it acts, and recorded.\n\nErrors are problem details (RFC 9457) with a \
    stable `code`. Every answer carries `X-Request-Id`. Writes take an `Idempotency-Key` of up to 256 visible ASCII \
    characters: the same key, path and body get the same answer for 24 hours. Lists are read by `limit` and \
    `cursor`.";

const TAGS: [(&str, &str); 10] = [
    ("tools", "Definitions of tools, their versions and trials."),
    ("agents", "Agents and the tools that are bound to them."),
    ("secrets", "Named secrets: set and used, never read back."),
    ("sessions", "Live conversations and their tool calls."),
    ("executions", "The records of tool calls."),
    ("event webhooks", "Webhooks that are told what happens in sessions, and what was sent to them."),
    ("keys", "API keys."),
    ("projects", "Projects of an organisation."),
    ("organisations", "Tenants."),
    ("server", "What only the operator may do."),
];

/// The document of the native API.
pub fn document() -> OpenApi {
    let (_, mut api) = routes::documented().split_for_parts();
    for (path, item) in &mut api.paths.paths {
        if let Some(read) = &mut item.get {
            add_errors(path, false, read);
        }
        let writes = [&mut item.put, &mut item.post, &mut item.patch, &mut item.delete];
        writes.into_iter().flatten().for_each(|write| add_errors(path, true, write));
    }
    let mut components = api.components.take().unwrap_or_else(|| ComponentsBuilder::new().build());
    add_schema::<Problem>(&mut components);
    add_schema::<ProblemItem>(&mut components);
    // Those that only paths name are not found by themselves.
    add_schema::<ids::ToolName>(&mut components);
    add_schema::<ids::SecretName>(&mut components);
    for status in statuses() {
        let response = ResponseBuilder::new()
            .description(words_of(status))
            .content(
                "application/problem+json",
                ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build(),
            )
            .build();
        components.responses.insert(format!("Error{status}"), RefOr::T(response));
    }
    let scheme =
        HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("hs_live_… or hs_test_…").build();
    components.security_schemes.insert("key".to_owned(), RefOr::T(SecurityScheme::Http(scheme)));
    let info = InfoBuilder::new()
        .title("hookswitch")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build();
    OpenApiBuilder::new()
        .info(info)
        .paths(api.paths)
        .components(Some(components))
        .security(Some([utoipa::openapi::SecurityRequirement::new("key", Vec::<String>::new())]))
        .tags(Some(TAGS.map(|(name, about)| TagBuilder::new().name(name).description(Some(about)).build())))
        .build()
}

fn add_schema<T: ToSchema>(components: &mut Components) {
    components.schemas.insert(T::name().into_owned(), T::schema());
}

/// The document as it is served and committed.
pub(crate) fn document_text() -> String {
    let mut text = serde_json::to_string_pretty(&document()).unwrap_or_default();
    text.push('\n');
    text
}

/// Which errors an operation may answer: by what it takes.
fn add_errors(path: &str, is_write: bool, operation: &mut Operation) {
    let mut wanted = vec![401, 403, 429, 500, 503];
    let is_query = |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(known) if known.parameter_in != ParameterIn::Path);
    if operation.parameters.iter().flatten().any(is_query) {
        wanted.push(400);
    }
    if path.contains('{') {
        wanted.push(404);
    }
    if is_write {
        wanted.extend([400, 408, 409, 413, 422]);
        operation.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
    }
    if operation.request_body.is_some() {
        wanted.push(415);
    }
    for status in wanted {
        let reference = Ref::new(format!("#/components/responses/Error{status}"));
        operation.responses.responses.insert(status.to_string(), RefOr::Ref(reference));
    }
}

fn idempotency_key() -> Parameter {
    let value = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[!-~]{1,256}$"));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("The same key, path and body get the same answer for 24 hours."))
        .schema(Some(value))
        .build()
}

fn statuses() -> Vec<u16> {
    let mut all: Vec<u16> = CODES.iter().map(|code| code.status).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The codes of a status with their titles.
fn words_of(status: u16) -> String {
    let codes = CODES.iter().filter(|code| code.status == status);
    codes.map(|code| format!("`{}`: {}", code.word, code.title)).collect::<Vec<_>>().join("; ")
}
