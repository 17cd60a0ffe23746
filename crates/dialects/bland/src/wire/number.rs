//! Telephone numbers and times as clients write them.

use serde_json::Value;

/// Shortest and longest budget that a call is given, in milliseconds.
const BUDGET_MS: std::ops::RangeInclusive<u64> = 100..=3_600_000;

/// A number in E.164 form: as it is, or digits, to which the code of North America is added.
pub fn phone_number(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let text = text.trim();
    let plain: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
    let number = match plain.strip_prefix('+') {
        Some(_) => plain,
        // Written with the code, only without its sign.
        None if plain.len() == 11 && plain.starts_with('1') => format!("+{plain}"),
        None => format!("+1{plain}"),
    };
    hookswitch_model::phone::PhoneNumber::parse(&number).is_some().then_some(number)
}

/// Milliseconds of a positive number, or of the text of one, as they are used: any size is taken.
pub fn budget_ms(value: &Value) -> Option<u64> {
    let milliseconds = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse::<f64>().ok(),
        _ => None,
    };
    let milliseconds = milliseconds.filter(|number| *number > 0.0 && number.is_finite())?;
    Some((milliseconds.ceil() as u64).clamp(*BUDGET_MS.start(), *BUDGET_MS.end()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_get_the_code_of_north_america() {
        for (value, expected) in [
            (json!("+15550001111"), Some("+15550001111")),
            (json!("5550001111"), Some("+15550001111")),
            (json!("(555) 000-1111"), Some("+15550001111")),
            (json!("15550001111"), Some("+15550001111")),
            (json!("29382721828"), Some("+129382721828")),
            (json!(5_550_001_111_u64), Some("+15550001111")),
            (json!("+4930123456"), Some("+4930123456")),
            (json!("anonymous"), None),
            (json!(""), None),
            (json!("+"), None),
            (json!(["5550001111"]), None),
        ] {
            assert_eq!(phone_number(&value).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn times_of_any_size_are_taken() {
        for (value, expected) in [
            (json!(10000), Some(10_000)),
            (json!("2500"), Some(2500)),
            (json!(1500.2), Some(1501)),
            (json!(99_999_999), Some(3_600_000)),
            (json!(1e300), Some(3_600_000)),
            (json!(1), Some(100)),
            (json!(0), None),
            (json!(-5), None),
            (json!("abc"), None),
            (json!("inf"), None),
            (json!("nan"), None),
            (json!(true), None),
        ] {
            assert_eq!(budget_ms(&value), expected, "{value}");
        }
    }
}
