//! The account, as far as clients ask for it (bland: 2.7).

use serde_json::{Value, json};

/// A bare object; a client formats the balance.
pub fn me(total_calls: u64) -> Value {
    json!({"status": "active", "billing": {"current_balance": 0, "refill_to": null}, "total_calls": total_calls})
}
