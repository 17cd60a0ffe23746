//! Names of tools: what is reserved for the default tools, and how a model sees them (bland: 2.3, 3.1).

/// Words that a name may not hold as a token.
const RESERVED: [&str; 14] = [
    "input", "speak", "transfer", "switch", "wait", "finish", "press", "button", "say", "pause", "record",
    "play", "dial", "hang",
];
/// Names of the default tools.
const DEFAULT_TOOLS: [&str; 5] = ["speak", "wait", "transfer", "finish", "press buttons"];
/// Longest function name.
const MOST_FUNCTION: usize = 64;

/// The reserved word that a name holds, or the default tool whose name it is; in lower case.
pub fn reserved_word(name: &str) -> Option<String> {
    let token = tokens(name).into_iter().find(|token| RESERVED.contains(&token.as_str()));
    let whole = name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    token.or_else(|| DEFAULT_TOOLS.contains(&whole.as_str()).then_some(whole))
}

/// The tokens of a name in lower case: split at every character that is no letter or digit, and at the humps of
/// camelCase (`aB`, and before the last capital of a run that a small letter follows). Digits don't split.
fn tokens(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut tokens = vec![String::new()];
    for (at, letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            tokens.push(String::new());
            continue;
        }
        let before = at.checked_sub(1).and_then(|before| letters.get(before));
        let after = letters.get(at + 1);
        let is_hump = letter.is_uppercase()
            && (before.is_some_and(|before| before.is_lowercase())
                || before.is_some_and(|before| before.is_uppercase())
                    && after.is_some_and(|after| after.is_lowercase()));
        if is_hump {
            tokens.push(String::new());
        }
        if let Some(token) = tokens.last_mut() {
            token.extend(letter.to_lowercase());
        }
    }
    tokens.retain(|token| !token.is_empty());
    tokens
}

/// The function name that a model sees: every run of characters outside `A-Z a-z 0-9 _ -` becomes one `_`, cut to 64.
pub fn function_name(name: &str) -> String {
    let mut function = String::new();
    let mut in_run = false;
    for letter in name.chars() {
        let is_plain = letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
        if is_plain {
            function.push(letter);
        } else if !in_run {
            function.push('_');
        }
        in_run = !is_plain;
    }
    function.truncate(MOST_FUNCTION);
    function
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_names_are_refused_and_others_are_not() {
        for (name, word) in [
            ("PlayMusic", "play"),
            ("play", "play"),
            ("play_2", "play"),
            ("SAYHello", "say"),
            ("GetUserInput", "input"),
            ("HangUp", "hang"),
            ("hang-up", "hang"),
            ("Record Call", "record"),
            ("switchPlan", "switch"),
            ("press buttons", "press"),
            ("Press   Buttons", "press"),
            ("HTTPPlay", "play"),
            ("SPEAK", "speak"),
            ("Finish", "finish"),
        ] {
            assert_eq!(reserved_word(name).as_deref(), Some(word), "{name}");
        }
        for name in [
            "display_order",
            "essay_lookup",
            "change_plan",
            "hangup",
            "Playback",
            "play2",
            "BookAppointment",
            "Get Rental Information",
            "recording_lookup",
            "buttons",
            "",
        ] {
            assert_eq!(reserved_word(name), None, "{name}");
        }
    }

    #[test]
    fn every_reserved_word_of_the_page_counts() {
        for word in RESERVED {
            for name in [format!("get_{word}_now"), word.to_uppercase(), format!("get{}", capital(word))] {
                assert_eq!(reserved_word(&name).as_deref(), Some(word), "{name}");
            }
        }
    }

    fn capital(word: &str) -> String {
        word[..1].to_uppercase() + &word[1..]
    }

    #[test]
    fn functions_fit_a_model() {
        assert_eq!(function_name("Get Rental  Information!"), "Get_Rental_Information_");
        assert_eq!(function_name("höre – zu"), "h_re_zu");
        assert_eq!(function_name("a-b_c1"), "a-b_c1");
        assert_eq!(function_name(&"x".repeat(70)).len(), 64);
    }
}
