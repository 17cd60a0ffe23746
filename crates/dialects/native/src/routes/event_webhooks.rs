//! Webhooks that are told what happens in sessions.

use axum::extract::State;
use hookswitch_api::{Json, PageQuery, PathId, PathIds, Query, SurfaceState, ToolsRead, ToolsWrite};
use hookswitch_model::EventWebhookId;
use hookswitch_model::event_webhook::{DeliveryState, EventId};
use hookswitch_registry::DeliveryFilter;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Allowed, Answer, created, no_content, ok, page};
use crate::wire::event_webhook::{
    CreatedEventWebhook, DeliveryView, EventWebhookChange, EventWebhookView, NewEventWebhook,
};
use crate::wire::tool::RotatedSecret;
use crate::wire::{ids, list::List, words};
use crate::{Native, NativeState};

/// Which webhooks.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WebhookQuery {
    /// Most entries of the page. Default: 50.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Which deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DeliveryQuery {
    /// Where they stand.
    #[param(value_type = Option<words::DeliveryState>, inline)]
    status: Option<DeliveryState>,
    /// Most entries of the page. Default: 50.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List event webhooks
///
/// Needs the permission `tools:read`.
#[utoipa::path(get, path = "/v1/event-webhooks", tag = "event webhooks", operation_id = "listEventWebhooks",
    params(WebhookQuery),
    responses((status = 200, description = "Webhooks, oldest first", body = List<EventWebhookView>)))]
pub(super) async fn list(
    State(state): State<NativeState>,
    caller: Allowed<ToolsRead>,
    Query(query, _): Query<WebhookQuery, Native>,
) -> Answer {
    let wanted = PageQuery { limit: query.limit, cursor: query.cursor }.page()?;
    page::<_, EventWebhookView>(state.registry().list_event_webhooks(caller.scope(), wanted).await?)
}

/// Create an event webhook
///
/// From now on it is told of the events of all sessions of the key's mode, at least once each, those of a session in
/// the order of their numbers. At most 20 for an organisation and mode. Needs the permission `tools:write`.
#[utoipa::path(post, path = "/v1/event-webhooks", tag = "event webhooks", operation_id = "createEventWebhook",
    request_body = NewEventWebhook,
    responses((status = 201, description = "The webhook with its secret", body = CreatedEventWebhook)))]
pub(super) async fn create(
    State(state): State<NativeState>,
    caller: Allowed<ToolsWrite>,
    Json(body, _): Json<NewEventWebhook, Native>,
) -> Answer {
    let (webhook, secret) = state.registry().create_event_webhook(caller.scope(), body.into()).await?;
    created(&CreatedEventWebhook::new(webhook, &secret))
}

/// Get an event webhook
///
/// Needs the permission `tools:read`.
#[utoipa::path(get, path = "/v1/event-webhooks/{id}", tag = "event webhooks", operation_id = "getEventWebhook",
    params(("id" = ids::EventWebhookId, Path, description = "The webhook")),
    responses((status = 200, description = "The webhook", body = EventWebhookView)))]
pub(super) async fn show(
    State(state): State<NativeState>,
    caller: Allowed<ToolsRead>,
    PathId(id, _): PathId<EventWebhookId, Native>,
) -> Answer {
    ok(&EventWebhookView::from(state.registry().get_event_webhook(caller.scope(), id).await?))
}

/// Change an event webhook
///
/// What is absent stays. One that the server switched off is switched on with `enabled`. Needs the permission
/// `tools:write`.
#[utoipa::path(patch, path = "/v1/event-webhooks/{id}", tag = "event webhooks",
    operation_id = "updateEventWebhook", request_body = EventWebhookChange,
    params(("id" = ids::EventWebhookId, Path, description = "The webhook")),
    responses((status = 200, description = "The webhook", body = EventWebhookView)))]
pub(super) async fn change(
    State(state): State<NativeState>,
    caller: Allowed<ToolsWrite>,
    PathId(id, _): PathId<EventWebhookId, Native>,
    Json(body, _): Json<EventWebhookChange, Native>,
) -> Answer {
    let before = state.registry().get_event_webhook(caller.scope(), id).await?;
    let draft = body.over(before);
    ok(&EventWebhookView::from(state.registry().update_event_webhook(caller.scope(), id, draft).await?))
}

/// Delete an event webhook
///
/// What is on its way there is dropped. Needs the permission `tools:write`.
#[utoipa::path(delete, path = "/v1/event-webhooks/{id}", tag = "event webhooks",
    operation_id = "deleteEventWebhook",
    params(("id" = ids::EventWebhookId, Path, description = "The webhook")),
    responses((status = 204, description = "Deleted")))]
pub(super) async fn delete(
    State(state): State<NativeState>,
    caller: Allowed<ToolsWrite>,
    PathId(id, _): PathId<EventWebhookId, Native>,
) -> Answer {
    state.registry().delete_event_webhook(caller.scope(), id).await?;
    no_content()
}

/// Make a new signing secret of an event webhook
///
/// Both secrets sign until `previous_valid_until`. Needs the permission `tools:write`.
#[utoipa::path(post, path = "/v1/event-webhooks/{id}/rotate-signing-secret", tag = "event webhooks",
    operation_id = "rotateEventWebhookSecret",
    params(("id" = ids::EventWebhookId, Path, description = "The webhook")),
    responses((status = 200, description = "The new secret, shown once", body = RotatedSecret)))]
pub(super) async fn rotate(
    State(state): State<NativeState>,
    caller: Allowed<ToolsWrite>,
    PathId(id, _): PathId<EventWebhookId, Native>,
) -> Answer {
    let (secret, until) = state.registry().rotate_event_webhook_secret(caller.scope(), id).await?;
    ok(&RotatedSecret { signing_secret: secret.expose_secret().to_owned(), previous_valid_until: until })
}

/// List deliveries
///
/// What was sent to a webhook, or is still to be sent. Needs the permission `tools:read`.
#[utoipa::path(get, path = "/v1/event-webhooks/{id}/deliveries", tag = "event webhooks",
    operation_id = "listDeliveries",
    params(("id" = ids::EventWebhookId, Path, description = "The webhook"), DeliveryQuery),
    responses((status = 200, description = "Deliveries, newest first", body = List<DeliveryView>)))]
pub(super) async fn deliveries(
    State(state): State<NativeState>,
    caller: Allowed<ToolsRead>,
    PathId(id, _): PathId<EventWebhookId, Native>,
    Query(query, _): Query<DeliveryQuery, Native>,
) -> Answer {
    let wanted = PageQuery { limit: query.limit, cursor: query.cursor }.page()?;
    let filter = DeliveryFilter { state: query.status };
    page::<_, DeliveryView>(state.registry().list_deliveries(caller.scope(), id, filter, wanted).await?)
}

/// Get a delivery
///
/// Needs the permission `tools:read`.
#[utoipa::path(get, path = "/v1/event-webhooks/{id}/deliveries/{event_id}", tag = "event webhooks",
    operation_id = "getDelivery",
    params(("id" = ids::EventWebhookId, Path, description = "The webhook"),
        ("event_id" = ids::EventId, Path, description = "The event")),
    responses((status = 200, description = "The delivery", body = DeliveryView)))]
pub(super) async fn delivery(
    State(state): State<NativeState>,
    caller: Allowed<ToolsRead>,
    PathIds(id, event, _): PathIds<EventWebhookId, EventId, Native>,
) -> Answer {
    ok(&DeliveryView::from(state.registry().get_delivery(caller.scope(), id, event).await?))
}

/// Deliver again
///
/// Under the same id, whatever became of it before. Needs the permission `tools:write`.
#[utoipa::path(post, path = "/v1/event-webhooks/{id}/deliveries/{event_id}/redeliver", tag = "event webhooks",
    operation_id = "redeliver",
    params(("id" = ids::EventWebhookId, Path, description = "The webhook"),
        ("event_id" = ids::EventId, Path, description = "The event")),
    responses((status = 200, description = "The delivery, on its way", body = DeliveryView)))]
pub(super) async fn redeliver(
    State(state): State<NativeState>,
    caller: Allowed<ToolsWrite>,
    PathIds(id, event, _): PathIds<EventWebhookId, EventId, Native>,
) -> Answer {
    ok(&DeliveryView::from(state.registry().redeliver(caller.scope(), id, event).await?))
}
