//! Texts that may be sealed, filled.

use hookswitch_model::draft::NameRule;
use hookswitch_model::lambda::SecretText;
use hookswitch_template::{FillRules, Filled, Lookup, Text};
use secrecy::ExposeSecret;

use super::fill::Refused;
use crate::opened::Opened;

pub(super) fn fill(
    text: &SecretText,
    variables: &dyn Lookup,
    rules: &FillRules,
    names: &NameRule,
    opened: &Opened,
    unset: &mut Vec<String>,
) -> Result<String, Refused> {
    let sealed = |seal| opened.seals.get(seal).map(ExposeSecret::expose_secret).ok_or(Refused::NotConfigured);
    match text {
        SecretText::Literal(literal) => Ok(literal.clone()),
        SecretText::Sealed(seal) => Ok(sealed(seal)?.to_owned()),
        SecretText::Template(template) => Ok(take(template.fill(variables, rules)?, unset)),
        SecretText::SealedTemplate(seal, _) => {
            let template =
                Text::parse(sealed(seal)?, names.text_syntax()).map_err(|_| Refused::NotConfigured)?;
            Ok(take(template.fill(variables, rules)?, unset))
        }
    }
}

pub(super) fn take<T>(filled: Filled<T>, unset: &mut Vec<String>) -> T {
    for name in filled.unset {
        if !unset.contains(&name) {
            unset.push(name);
        }
    }
    filled.value
}
