//! The tools of the demo, from the vendors' own pages.

use serde_json::{Value, json};

use super::service::BookingService;

/// A lookup: `get_customer_info`.
pub(super) fn get_customer_info(service: &BookingService) -> Value {
    json!({
        "name": "get_customer_info",
        "display_name": "Customer Information Lookup",
        "description": "Look up customer information by phone number or email",
        "kind": "webhook",
        "webhook": {
            "url": service.url("/customers/lookup"),
            "method": "GET",
            "headers": {"Authorization": "Bearer {{secret.crm_key}}"}
        },
        "parameters": [
            {"name": "phone_number", "required": true, "schema": {"type": "string"},
             "description": "Customer's phone number in E.164 format"},
            {"name": "email", "schema": {"type": "string"}, "description": "Customer's email address"}
        ],
        "result": "$.customer"
    })
}

/// A booking: `BookAppointment`, with a template, a spoken line and an extracted answer.
pub(super) fn book_appointment(service: &BookingService) -> Value {
    json!({
        "name": "BookAppointment",
        "description": "Books one appointment",
        "kind": "webhook",
        "webhook": {
            "url": service.url("/appointments"),
            "method": "POST",
            "body": {"slot": {"date": "{{input.date}}", "time": "{{input.time}}"}, "session": "{{system.session_id}}"}
        },
        "parameters": [
            {"name": "date", "required": true, "schema": {"type": "string", "format": "date"}},
            {"name": "time", "required": true, "schema": {"type": "string"}}
        ],
        "effect": "action",
        "speech": {"line": "One moment, I am booking that for {{input.date}}."},
        "extract": {"confirmation_message": "$.message", "confirmation_number": "$.confirmation.number"}
    })
}

/// A text that enters the conversation.
pub(super) fn opening_hours() -> Value {
    json!({
        "name": "opening_hours",
        "description": "When the practice is open",
        "kind": "context",
        "context": {"text": "Monday to Friday, 9:00 to 17:00. Closed on public holidays."}
    })
}

/// An action behind a slow service, with a short budget.
pub(super) fn check_insurance(service: &BookingService) -> Value {
    json!({
        "name": "check_insurance",
        "description": "Asks the insurer whether the visit is covered",
        "kind": "webhook",
        "webhook": {"url": service.url("/insurance"), "method": "POST"},
        "parameters": [{"name": "policy", "required": true, "schema": {"type": "string"}}],
        "timeout_ms": 300
    })
}

/// A tool that must not be: its address is private.
pub(super) fn look_inside() -> Value {
    json!({
        "name": "look_inside",
        "description": "Reads the cloud's metadata",
        "kind": "webhook",
        "webhook": {"url": "http://169.254.169.254/latest/meta-data/"}
    })
}
